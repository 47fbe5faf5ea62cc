"""OECD PISA 2018, mathematics: mean score and standard error of 38 countries (published figures of the OECD)."""

COUNTRIES = """
Australia 491.360025 1.939833
Austria 498.942314 2.970999
Belgium 508.070306 2.262662
Canada 512.016943 2.357476
Chile 417.406556 2.415888
Colombia 390.932273 2.989559
Costa_Rica 402.330559 3.288799
Czech_Republic 499.467651 2.460662
Denmark 509.398375 1.735002
Estonia 523.41458 1.743602
Finland 507.301362 1.96792
France 495.407579 2.320214
Germany 500.043781 2.647083
Greece 451.370344 3.091228
Hungary 481.082636 2.319597
Iceland 495.187376 1.953083
Ireland 499.632894 2.198621
Israel 463.034549 3.498563
Italy 486.589857 2.780046
Japan 526.97325 2.471475
Korea 525.933002 3.121394
Latvia 496.126331 1.962767
Lithuania 481.191188 1.953282
Luxembourg 483.421485 1.097632
Mexico 408.801473 2.493226
Netherlands 519.230982 2.632278
New_Zealand 494.489676 1.705943
Norway 500.963788 2.219045
Poland 515.647875 2.602085
Portugal 492.487406 2.68457
Slovak_Republic 486.164854 2.555595
Slovenia 508.897544 1.363878
Spain 481.392613 1.462418
Sweden 502.387702 2.654251
Switzerland 515.314713 2.908004
Turkey 453.507777 2.260407
United_Kingdom 501.769899 2.564428
United_States 478.244717 3.235444
"""

ROWS = [line.split() for line in COUNTRIES.strip().splitlines()]
NAMES = [name.replace("_", " ") for name, _, _ in ROWS]
SCORES = [float(score) for _, score, _ in ROWS]
ERRORS = [float(error) for _, _, error in ROWS]
