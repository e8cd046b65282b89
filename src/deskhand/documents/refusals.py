"""Why a document is not taken in. Above: every module that reads documents; below: only `kit.errors`.

    DocumentRefused          422  base: whatever is refused is refused with one of these
    ├── BadDocumentName      422  the name is empty, climbs out of its folder or hides characters
    ├── DocumentTooLarge     413  more bytes than allowed, packed or unpacked
    ├── DocumentEmpty        422  no bytes, or only blanks
    ├── TypeNotAllowed       415  the ending is not in the allowed set
    ├── TypeMismatch         415  the content is something else than the name says
    ├── ArchiveBomb          422  unpacks to far more than it should
    ├── HostileArchive       422  members outside the archive, archives inside it
    ├── DocumentEncrypted    422  needs a password
    ├── DocumentCorrupt      422  cannot be parsed
    ├── NoTextFound          422  parsed, but holds no text: a picture, a scan
    ├── TooManyPages         422
    ├── TooComplex           422  needs more memory than one document may have
    └── ConversionTimedOut   422
    ReaderUnavailable        503  the worker process cannot be started: not the document's fault

Each detail names the file, says what is wrong and what to do next.
"""

from deskhand.kit.errors import DeskhandError, Unavailable


class DocumentRefused(DeskhandError):
    """Base of all refusals of one document."""

    code = "document_refused"
    status = 422
    title = "The document cannot be taken in"


class BadDocumentName(DocumentRefused):
    code = "document_bad_name"
    title = "The file name is not valid"


class DocumentTooLarge(DocumentRefused):
    code = "document_too_large"
    status = 413
    title = "The document is too large"


class DocumentEmpty(DocumentRefused):
    code = "document_empty"
    title = "The document is empty"


class TypeNotAllowed(DocumentRefused):
    code = "document_type_not_allowed"
    status = 415
    title = "This type of document is not taken"


class TypeMismatch(DocumentRefused):
    code = "document_type_mismatch"
    status = 415
    title = "The document is not what its name says"


class ArchiveBomb(DocumentRefused):
    code = "document_archive_bomb"
    title = "The document unpacks to far too much"


class HostileArchive(DocumentRefused):
    code = "document_hostile_archive"
    title = "The document holds parts that no document should"


class DocumentEncrypted(DocumentRefused):
    code = "document_encrypted"
    title = "The document is protected by a password"


class DocumentCorrupt(DocumentRefused):
    code = "document_corrupt"
    title = "The document is damaged"


class NoTextFound(DocumentRefused):
    code = "document_no_text"
    title = "No text was found in the document"


class TooManyPages(DocumentRefused):
    code = "document_too_many_pages"
    title = "The document has too many pages"


class TooComplex(DocumentRefused):
    code = "document_too_complex"
    title = "The document needs too much memory"


class ConversionTimedOut(DocumentRefused):
    code = "document_timed_out"
    title = "The document took too long to read"


class ReaderUnavailable(Unavailable):
    code = "document_reader_unavailable"
    title = "Documents cannot be read at the moment"


def refusal_from(code: str, detail: str) -> DocumentRefused:
    """The refusal with this code (the base where the code is unknown): how one crosses a process border."""
    for kind in DocumentRefused.__subclasses__():
        if kind.code == code:
            return kind(detail)
    return DocumentRefused(detail)
