"""Given and family names of many origins, drawn together so that a person's name hangs together."""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple


class Origin(NamedTuple):
    """A pool of names and its share of customers."""

    share: float
    given: tuple[str, ...]
    family: tuple[str, ...]


def _pool(share: float, given: str, family: str) -> Origin:
    return Origin(share, tuple(given.split()), tuple(family.split()))


ORIGINS: Final = (
    _pool(
        0.30,
        "James Mary Robert Patricia Michael Linda William Susan David Karen Thomas Lisa Daniel Nancy "
        "Matthew Betty Mark Sandra Paul Ashley Andrew Emily Joshua Megan Kevin Laura Brian Rachel Scott "
        "Heather Eric Olivia Adam Grace Nathan Abigail Kyle Hannah Ethan Claire Wesley Joan Grant Faye",
        "Smith Johnson Miller Davis Wilson Anderson Taylor Moore Jackson Martin Thompson White Harris Clark "
        "Lewis Walker Hall Young King Wright Hill Green Baker Adams Nelson Carter Mitchell Roberts Turner "
        "Phillips Campbell Parker Evans Edwards Collins Stewart Morris Rogers Reed Cook Bailey Cooper "
        "Richardson Howard Ward Brooks Price Bennett Wood Barnes Hartwell Pruitt Sandoval-Reed Whitcomb",
    ),
    _pool(
        0.16,
        "José María Luis Carmen Carlos Ana Miguel Lucía Juan Sofía Diego Valentina Jorge Camila Alejandro "
        "Gabriela Rafael Elena Fernando Isabel Ricardo Paola Andrés Marisol Héctor Daniela Raúl Verónica "
        "Óscar Ximena Ramón Yolanda Ernesto Pilar",
        "García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez "
        "Díaz Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Mendoza Vásquez Castillo Jiménez Moreno "
        "Romero Herrera Medina Aguilar Vargas Castro Guzmán Salazar Delgado Peña Ríos Espinoza Cárdenas",
    ),
    _pool(
        0.13,
        "Darnell Keisha Marcus Latoya Andre Imani Terrence Aaliyah Malik Tanisha Jamal Ebony Tyrone Monique "
        "Devon Nia Reginald Kiara Isaiah Jasmine Xavier Deja Curtis Simone Elijah Candace",
        "Washington Jefferson Booker Banks Dorsey Gaines Mosley Hairston Bolden Grant Sims Tate Battle Love "
        "Holloway Charles Coleman Jenkins Freeman Dixon Gordon Boykin Whitfield Broadnax Pettway Merritt",
    ),
    _pool(
        0.09,
        "Wei Li Jing Ming Hui Yan Jun Xiao Lin Fang Chen Mei Tao Ling Hao Grace Kevin Amy Jason Tiffany "
        "Yuki Kenji Haruto Sakura Emi Minjun Jiwoo Seoyeon Hyun Eunji",
        "Chen Wang Li Zhang Liu Yang Huang Wu Zhou Xu Lin Ho Cheng Lau Tam Kim Park Lee Choi Kang Yoon "
        "Tanaka Sato Suzuki Nakamura Yamamoto Ito Mori",
    ),
    _pool(
        0.08,
        "Priya Raj Anjali Amit Deepa Sanjay Kavya Arjun Neha Rohan Meera Vikram Pooja Anil Lakshmi Nikhil "
        "Fatima Imran Ayesha Bilal Tahmina Farhan Nusrat Dilan",
        "Patel Sharma Singh Kumar Gupta Reddy Iyer Nair Rao Desai Mehta Shah Kapoor Joshi Khan Ahmed Hussain "
        "Rahman Chowdhury Malik Qureshi Perera Fernando Banerjee",
    ),
    _pool(
        0.06,
        "Nguyet Minh Linh Tuan Hanh Duc Thao Quang Mai Hung Trang Khoa Maria Jose Rowena Jun Liza Rodel "
        "Cherry Arnel Somchai Malee Sokha Dara",
        "Nguyen Tran Le Pham Hoang Phan Vu Dang Bui Santos Reyes Cruz Bautista Ocampo Garcia Mendoza "
        "Villanueva Dela-Cruz Chea Sok Suwan",
    ),
    _pool(
        0.06,
        "Giovanni Maria Antonio Francesca Vincent Angela Rocco Teresa Dominic Gina Konstantinos Eleni "
        "Nikos Sophia João Inês Manuel Fátima",
        "Rossi Russo Esposito Romano Colombo Ricci Marino Greco DeLuca Caruso Mancini Papadopoulos Georgiou "
        "Nikolaidis Silva Santos Ferreira Medeiros Furtado Amaral",
    ),
    _pool(
        0.05,
        "Patrick Bridget Sean Siobhan Liam Maeve Connor Aoife Declan Nora Brendan Eileen Lars Ingrid Erik "
        "Astrid Nils Solveig Karin Sven",
        "Murphy O'Brien Kelly Sullivan Walsh McCarthy Doyle Gallagher O'Connor Lynch Olson Larson Lindqvist "
        "Hansen Johansson Nygaard Halvorsen Bergstrom Aho Koskinen",
    ),
    _pool(
        0.04,
        "Oleksandr Natalia Dmitri Olga Andrzej Agnieszka Piotr Katarzyna Ivan Svetlana Marek Zofia Jiří "
        "Petra Milan Jelena",
        "Kowalski Nowak Wiśniewski Zielinski Shevchenko Kovalenko Bondarenko Ivanov Petrov Sokolova Novák "
        "Dvořák Horvat Jovanović Petrović Szabó",
    ),
    _pool(
        0.03,
        "Chinedu Amara Kwame Abena Oluwaseun Ngozi Tendai Zanele Abdi Hodan Tesfaye Selam Kofi Efua",
        "Okafor Adeyemi Mensah Boateng Nwosu Balogun Dlamini Moyo Abdi Warsame Tadesse Bekele Osei Eze",
    ),
)
HISPANIC: Final = 1
"""Index of the origin whose people may prefer Spanish."""


def plain(name: str) -> str:
    """A name as it stands in an e-mail address: ASCII, lower case, no marks."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in letters if letter.isalnum())
