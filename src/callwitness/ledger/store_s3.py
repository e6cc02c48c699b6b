"""Evidence in a bucket of S3, or of anything that speaks its language.

Address and credentials are those that boto3 finds (``AWS_ENDPOINT_URL_S3``, ``AWS_ACCESS_KEY_ID``, roles, profiles).
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

from callwitness.ledger.store import Missing, Readable, Stored, StoreError, copy_bounded

_IN_MEMORY: Final = 8 << 20


class S3Store:
    """Objects ``prefix/ab/abcdef…`` of one bucket."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket, self._prefix = bucket, prefix
        self._client, self._errors = _client()

    def put(self, stream: Readable, limit: int) -> Stored:
        """The stream passes through a local file, for its hash is its name."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            try:
                stored = copy_bounded(stream, cast(IO[bytes], spool), limit)
            except OSError as problem:
                raise StoreError(f"no room for the way through this machine: {problem.strerror}") from None
            if not self.exists(stored.sha256):
                spool.seek(0)
                with self._told():
                    self._client.upload_fileobj(spool, self._bucket, self._key(stored.sha256))
        return stored

    def open(self, sha256: str) -> IO[bytes]:
        with self._told(sha256):
            found = self._client.get_object(Bucket=self._bucket, Key=self._key(sha256))
            return (
                io.BytesIO(found["Body"].read())
                if found["ContentLength"] <= _IN_MEMORY
                else self._spool(found)
            )

    def _spool(self, found: Any) -> IO[bytes]:
        spool = tempfile.TemporaryFile()  # noqa: SIM115 the caller closes it
        for chunk in found["Body"].iter_chunks(1 << 20):
            spool.write(chunk)
        spool.seek(0)
        return cast(IO[bytes], spool)

    @contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
            local = Path(folder) / sha256
            with self._told(sha256):
                self._client.download_file(self._bucket, self._key(sha256), str(local))
            yield local

    def exists(self, sha256: str) -> bool:
        try:
            with self._told(sha256):
                self._client.head_object(Bucket=self._bucket, Key=self._key(sha256))
        except Missing:
            return False
        return True

    def delete(self, sha256: str) -> None:
        with self._told():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(sha256))

    def _key(self, sha256: str) -> str:
        key = f"{sha256[:2]}/{sha256}"
        return f"{self._prefix}/{key}" if self._prefix else key

    @contextmanager
    def _told(self, sha256: str | None = None) -> Iterator[None]:
        """Errors of the service as sentences."""
        try:
            yield
        except self._errors as problem:
            answer = getattr(problem, "response", {})
            status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if sha256 is not None and status == 404 and answer["Error"]["Code"] != "NoSuchBucket":
                raise Missing(sha256) from None
            raise StoreError(
                f"the evidence store s3://{self._bucket} does not answer as it should: {problem}"
            ) from None


def _client() -> tuple[Any, Any]:
    try:
        import boto3  # noqa: PLC0415 the extra s3
        from boto3.exceptions import Boto3Error  # noqa: PLC0415 the extra s3
        from botocore.config import Config  # noqa: PLC0415 the extra s3
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 the extra s3
    except ImportError:
        raise StoreError('evidence in s3:// needs boto3; install it: pip install "callwitness[s3]"') from None
    config = Config(connect_timeout=10, read_timeout=60, retries={"max_attempts": 3})
    return boto3.client("s3", config=config), (BotoCoreError, Boto3Error, ClientError)
