"""Files of reviews as the sites write them: known by their shape, read unedited, taken back whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from candor.apps.conversations.choices import State
from candor.apps.conversations.models import Conversation
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.models import Feedback
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.services import preview, run_import, start, take_path, undo
from candor.apps.imports.services import run_undo as finish_undo
from candor.apps.reputation.choices import Level
from candor.apps.reputation.models import Review
from tests.world import World

GOOGLE = {
    "reviews": [
        {
            "name": "accounts/1/locations/quay/reviews/g1", "reviewId": "g1", "reviewer": {"displayName": "Ann"}, "starRating": "FIVE",
            "comment": "(Translated by Google) Good bread\n\n(Original)\nGutes Brot", "createTime": "2026-05-01T08:00:00Z",
            "updateTime": "2026-05-02T08:00:00.123456Z", "reviewReply": {"comment": "Danke!", "updateTime": "2026-05-03T08:00:00Z"},
        },
        {
            "name": "accounts/1/locations/quay/reviews/g2", "reviewId": "g2", "reviewer": {"displayName": "A Google user", "isAnonymous": True},
            "starRating": "ONE", "createTime": "2026-05-01T08:00:00Z", "updateTime": "2026-05-01T08:00:00Z",
        },
        {"reviewId": "g3", "starRating": "STAR_RATING_UNSPECIFIED", "createTime": "2026-05-01T08:00:00Z"},
    ],
    "averageRating": 3, "totalReviewCount": 3, "nextPageToken": "x",
}  # fmt: skip
TRUSTPILOT = {
    "links": [],
    "reviews": [
        {
            "id": "t1", "stars": 2, "title": "Slow", "text": "Three weeks.", "language": "en", "createdAt": "2026-05-01T08:00:00Z",
            "updatedAt": None, "consumer": {"id": "c", "displayName": "Bo"}, "businessUnit": {"id": "b"}, "status": "active",
            "companyReply": {"text": "Sorry.", "createdAt": "2026-05-02T08:00:00Z", "updatedAt": None}, "referenceId": "C77",
        },
    ],
}  # fmt: skip
APP_STORE = {
    "data": [
        {
            "type": "customerReviews", "id": "a1",
            "attributes": {"rating": 4, "title": "Nice", "body": "But slow.", "reviewerNickname": "Cy", "createdDate": "2026-05-01T01:00:00-07:00", "territory": "USA"},
            "relationships": {"response": {"data": {"type": "customerReviewResponses", "id": "r1"}}},
        }
    ],
    "included": [
        {"type": "customerReviewResponses", "id": "r1", "attributes": {"responseBody": "Thanks.", "lastModifiedDate": "2026-05-02T08:00:00Z", "state": "PUBLISHED"}}
    ],
    "links": {"self": "https://api.appstoreconnect.apple.com/v1/apps/1/customerReviews"},
}  # fmt: skip
FEED = {
    "feed": {
        "entry": [
            {"im:name": {"label": "The app"}},
            {
                "author": {"name": {"label": "Di"}}, "im:rating": {"label": "3"}, "im:version": {"label": "2.1"}, "id": {"label": "f1"},
                "title": {"label": "Fine"}, "content": {"label": "Works."}, "updated": {"label": "2026-05-01T01:00:00-07:00"},
            },
        ]
    }
}  # fmt: skip
PLAY = {
    "reviews": [
        {
            "reviewId": "p1", "authorName": "Ed",
            "comments": [
                {"userComment": {"text": "Crashes\tOn start.", "lastModified": {"seconds": "1777622400"}, "starRating": 1, "reviewerLanguage": "en", "appVersionName": "3.0"}},
                {"developerComment": {"text": "Fixed.", "lastModified": {"seconds": "1777708800"}}},
            ],
        }
    ]
}  # fmt: skip
PLAY_CSV = (
    "Package Name,App Version Code,App Version Name,Reviewer Language,Device,Review Submit Date and Time,Review Submit Millis Since Epoch,"
    "Review Last Update Date and Time,Review Last Update Millis Since Epoch,Star Rating,Review Title,Review Text,"
    "Developer Reply Date and Time,Developer Reply Millis Since Epoch,Developer Reply Text,Review Link\n"
    "com.x,30,3.0,en,oriole,2026-05-01T08:00:00Z,1777622400000,2026-05-01T09:00:00Z,1777626000000,1,Crashes,On start.,,,,"
    "https://play.google.com/console/developers/app/user-feedback/review-details?reviewId=p1&corpus=PUBLIC_REVIEWS\n"
    "com.x,30,3.0,de,oriole,2026-05-01T08:00:00Z,1777622400000,2026-05-01T08:00:00Z,1777622400000,5,,,,,,\n"
)
TRUSTPILOT_CSV = (
    "Review Created (UTC),Review Username,Review User Id,Review Title,Review Content,Review Stars,Source Name,Review Language,Domain URL,"
    "Business unit ID,Company Reply Date (UTC),Location Name,Location ID,Reference Id,Review Id\n"
    "2026-05-01 08:00:00,Bo,u1,Slow,Three weeks.,2,Invitation,en,x.example,b,,Quay,quay,C77,t1\n"
)
POSTS = (
    "Network,Author,Message,Published,Permalink\n"
    "Mastodon,@flo,Their counter is always closed,2026-05-01,https://social.example/1\n"
)


def brought_in(path: Path, **options: Any) -> ImportBatch:
    batch = take_path(kind="reviews", path=path, by=None, options=options)
    start(batch=batch, by=None)
    return run_import(batch=batch)


def written(folder: Path, content: object, encoding: str = "utf-8") -> Path:
    path = folder / "reviews.any"
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("content", "encoding", "expected"),
    [
        (TRUSTPILOT, "utf-8", ("trustpilot", "t1", "Trustpilot", 2, "Slow", "Three weeks.", "Bo", "Sorry.")),
        (APP_STORE, "utf-8", ("app-store", "a1", "App Store", 4, "Nice", "But slow.", "Cy", "Thanks.")),
        (FEED, "utf-8", ("app-store", "f1", "App Store", 3, "Fine", "Works.", "Di", "")),
        (PLAY, "utf-8", ("google-play", "p1", "Google Play", 1, "Crashes", "On start.", "Ed", "Fixed.")),
        (TRUSTPILOT_CSV, "utf-8", ("trustpilot", "t1", "Trustpilot", 2, "Slow", "Three weeks.", "Bo", "")),
        (PLAY_CSV, "utf-16", ("google-play", "p1", "Google Play", 1, "Crashes", "On start.", "", "")),
    ],
)
def test_a_sites_own_file_is_known_by_its_shape(
    world: World, tmp_path: Path, content: object, encoding: str, expected: tuple[object, ...]
) -> None:
    batch = brought_in(written(tmp_path, content, encoding))
    assert (batch.state, batch.rows_bad) == ("done", 0)
    row = Review.objects.select_related("feedback").get(feedback__key=expected[1])
    told = row.feedback
    assert (
        told.source,
        told.key,
        told.channel,
        row.stars,
        told.title,
        told.comment,
        row.author,
        row.reply_text,
    ) == expected
    assert f"{row.written_at:%Y-%m-%d %H:%M}" == "2026-05-01 08:00"
    assert told.knows_time


def test_google_reviews_keep_their_own_words_and_a_bad_one_is_handed_back(
    world: World, tmp_path: Path
) -> None:
    batch = brought_in(written(tmp_path, GOOGLE))
    assert (batch.rows_added, batch.rows_bad) == (2, 1)
    bad = batch.bad_rows.get()
    assert (bad.row, bad.column, bad.value, bad.expected) == (
        3,
        "starRating",
        "STAR_RATING_UNSPECIFIED",
        "one to five stars",
    )
    first, second = Review.objects.select_related("feedback").order_by("feedback__key")
    assert (first.feedback.comment, first.reply_text, first.author) == ("Gutes Brot", "Danke!", "Ann")
    assert (second.author, second.feedback.unit, second.level) == ("", world.quay, Level.LOCATION)


def test_places_nobody_knows_are_asked_about(world: World, tmp_path: Path) -> None:
    strange = json.loads(json.dumps(GOOGLE).replace("locations/quay", "locations/998877"))
    batch = take_path(kind="reviews", path=written(tmp_path, strange), by=None)
    (question,) = preview(batch).questions
    assert "998877" in question.text


@pytest.mark.parametrize(
    ("content", "encoding"), [(GOOGLE, "utf-8"), (TRUSTPILOT_CSV, "utf-8"), (PLAY_CSV, "utf-16")]
)
def test_the_same_file_again_adds_nothing_and_both_can_be_taken_back(
    world: World, tmp_path: Path, content: object, encoding: str
) -> None:
    path = written(tmp_path, content, encoding)
    first = brought_in(path)
    n = Feedback.objects.count()
    second = brought_in(path)
    assert (second.rows_added, second.rows_known, Feedback.objects.count()) == (0, first.rows_added, n)
    for batch in (second, first):
        undo(batch=batch, by=None)
        finish_undo(batch=batch)
    assert not Feedback.objects.exists()


def test_a_later_file_brings_edits_and_taking_it_back_brings_the_earlier_words(
    world: World, tmp_path: Path
) -> None:
    brought_in(written(tmp_path, TRUSTPILOT))
    edited = json.loads(
        json.dumps(TRUSTPILOT).replace("Three weeks.", "Put right.").replace('"stars": 2', '"stars": 5')
    )
    edited["reviews"][0]["updatedAt"] = "2026-05-05T08:00:00Z"
    later = brought_in(written(tmp_path, edited))
    review = Review.objects.select_related("feedback").get()
    assert (review.stars, review.feedback.comment, review.versions.get().comment) == (
        5,
        "Put right.",
        "Three weeks.",
    )
    undo(batch=later, by=None)
    finish_undo(batch=later)
    review = Review.objects.select_related("feedback").get()
    assert (review.stars, review.feedback.comment, review.versions.count()) == (2, "Three weeks.", 0)


def test_rows_without_stars_are_posts_as_from_a_file_of_posts_and_go_with_their_import(
    world: World, tmp_path: Path
) -> None:
    batch = brought_in(written(tmp_path, POSTS))
    assert (batch.rows_added, Review.objects.count()) == (1, 0)
    post, talk = Feedback.objects.get(), Conversation.objects.get()
    assert (post.kind, post.channel, post.source, post.knows_time) == (
        Kind.MESSAGE,
        "social",
        "mastodon",
        False,
    )
    assert (talk.name, talk.state, talk.feedback) == ("@flo", State.CLOSED, post)
    assert any("counts in no score" in note for note in preview(batch).notes)
    again = brought_in(written(tmp_path, POSTS))
    assert (again.rows_added, again.rows_known) == (0, 1)
    mixed = brought_in(
        written(tmp_path, "Date,Rating,Review,Site\n2026-05-01,2,Slow,X\n2026-05-01,,Hm,X\n2026-05-01,,,X\n")
    )
    assert (mixed.rows_added, mixed.rows_bad, mixed.bad_rows.get().expected) == (2, 1, "stars or words")
    undo(batch=mixed, by=world.amos)
    finish_undo(batch=mixed)
    assert (Conversation.objects.get(), Review.objects.count(), Feedback.objects.count()) == (talk, 0, 1)


def test_any_table_of_reviews_is_read_at_three_levels(world: World, tmp_path: Path) -> None:
    lines = [
        "Date,Rating,Review,Reviewer,Branch,Employee,Platform",
        "2026-05-01,5,Good,Ann,Quay,theo@harbour.example,LenderCircle",
        "2026-05-02,1,Bad,Bo,Mill,,LenderCircle",
        "2026-05-03,6,Impossible,Cy,,,LenderCircle",
        "2026-05-04,3.5,Half,Di,,,LenderCircle",
        "2026-05-05,3,So so,Ed,,,LenderCircle",
    ]
    batch = brought_in(written(tmp_path, "\n".join(lines)))
    assert (batch.rows_added, sorted(batch.bad_rows.values_list("row", "value"))) == (
        3,
        [(4, "6"), (5, "3.5")],
    )
    levels = Review.objects.order_by("written_at").values_list("level", "feedback__source")
    assert list(levels) == [
        ("person", "lendercircle"),
        ("location", "lendercircle"),
        ("organization", "lendercircle"),
    ]


def test_what_is_no_review_is_refused_with_the_shapes_that_are_known(world: World, tmp_path: Path) -> None:
    from candor.apps.imports.errors import FileNotUsable

    for content in ({"orders": [1]}, "[1, 2", []):
        with pytest.raises(FileNotUsable):
            take_path(kind="reviews", path=written(tmp_path, content), by=None)
    assert not ImportBatch.objects.exists()


def test_hostile_values_are_cut_or_handed_back(world: World, tmp_path: Path) -> None:
    one = TRUSTPILOT["reviews"][0]
    reviews = [
        one | {"id": "x" * 121},
        one | {"id": "far", "createdAt": 10**30},
        one | {"id": "long", "consumer": {"displayName": "n" * 500}, "language": "l" * 90, "text": "nul \0 byte"},
    ]  # fmt: skip
    batch = brought_in(written(tmp_path, {"reviews": [one, *reviews]}))
    assert (batch.rows_added, sorted(batch.bad_rows.values_list("row", "column"))) == (
        2,
        [(2, "id"), (3, "createdAt")],
    )
    long = Review.objects.select_related("feedback").get(feedback__key="long")
    assert (len(long.author), len(long.feedback.language), long.feedback.comment) == (160, 12, "nul  byte")
    lines = "Date,Rating,Review,Reviewer,Link\n2026-05-01,5,Good,Ann,javascript:alert(1)\n"
    brought_in(written(tmp_path, lines))
    assert Review.objects.get(author="Ann").url == ""


def test_a_table_that_names_no_site_is_asked_for_one_and_says_where_it_went(
    world: World, tmp_path: Path
) -> None:
    file = written(tmp_path, "Date,Stars,Author,Text\n2026-05-01,4,Jo,Quick\n")
    offered = preview(take_path(kind="reviews", path=file, by=None, options={}))
    assert offered.source == "Reviews"
    assert "they stand under “Reviews”" in brought_in(file).message
    assert "Reviews" not in brought_in(file, source="Yelp").message
    assert set(Review.objects.values_list("feedback__channel", flat=True)) == {"Reviews", "Yelp"}
