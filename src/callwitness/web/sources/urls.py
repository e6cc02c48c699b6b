"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.sources import (
    add,
    change,
    hook,
    index,
    one,
    recordings,
    rejected,
    replay,
    review,
    upload,
)

urlpatterns: list[URLPattern] = [
    path("", index.index, name="index"),
    path("add/", add.add, name="add"),
    path("upload/", upload.upload, name="upload"),
    path("upload/<slug:token>/", review.review, name="review"),
    path("<int:pk>/", one.one, name="one"),
    path("<int:pk>/change/", change.change, name="change"),
    path("<int:pk>/progress/", one.progress, name="progress"),
    path("<int:pk>/rejected/<int:evidence>/", rejected.rejected, name="rejected"),
    path("<int:pk>/replay/", replay.replay_source, name="replay"),
    path("<int:pk>/replay/<int:evidence>/", replay.replay_evidence, name="replay_evidence"),
    path("<int:pk>/aside/<int:evidence>/", replay.set_aside, name="set_aside"),
    path("<int:pk>/hook/", hook.hook, name="hook"),
    path("<int:pk>/recordings/", recordings.recordings, name="recordings"),
]
