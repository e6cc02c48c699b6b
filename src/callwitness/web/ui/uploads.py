"""Files of strangers never reach the disk: a body is taken apart before any page can say no."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class SignedInOnly(FileUploadHandler):
    """Stands before the handlers that keep files; the rest of the body of who is not signed in is not read."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raises ``StopUpload``; the fields before the file are known, so the page still answers."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """To the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The file is another handler's."""
