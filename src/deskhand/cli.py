"""The `deskhand` command. Each command stands in `commands/`; this names them."""

import io
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from deskhand.commands import agents, asking, audit, doctor, evaluating, ingesting, maintenance, serving
from deskhand.commands.terminal import INTERRUPTED, WRONG_VALUE, say_error
from deskhand.kit.errors import DeskhandError
from deskhand.wiring import VERSION

NAME = "deskhand"

app = typer.Typer(
    name=NAME,
    help="Self-hosted customer-support AI agents: cited answers from your own knowledge, with any model or none.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    serving.demo,
    serving.serve,
    maintenance.migrate,
    serving.seed,
    ingesting.ingest,
    asking.ask,
    asking.chat,
    maintenance.reindex,
    doctor.doctor,
    maintenance.openapi,
):
    app.command()(command)
app.add_typer(agents.app, name="agents")
app.add_typer(audit.app, name="audit")
app.add_typer(maintenance.models, name="models")
app.add_typer(evaluating.app, name="eval")


@app.command()
def version() -> None:
    """Print the version."""
    print(VERSION)  # noqa: T201 - the command's output


def main(args: Sequence[str] | None = None) -> None:
    """Entry of the command: what is expected to go wrong ends it with one line and exit code 2."""
    _accept_any_text()
    try:
        code = app(args=args, prog_name=NAME, standalone_mode=False)
    except DeskhandError as error:
        code = _wrong(error.detail)
    except TyperException as error:
        code = _wrong(_usage(error))
    except typer.Abort:
        code = INTERRUPTED
    except OSError as error:
        code = _wrong(f"{error.strerror or error}: {error.filename!r}." if error.filename else f"{error}.")
    sys.exit(code)


def _wrong(message: str) -> int:
    if message:
        say_error(message)
    return WRONG_VALUE


def _usage(error: TyperException) -> str:
    """Empty when the help was asked for by giving no arguments; it is printed by then."""
    message = error.format_message().replace("Value error, ", "").strip()
    context = getattr(error, "ctx", None)
    return f"{message.rstrip('.')}. Try `{context.command_path} --help`." if message and context else message


def _accept_any_text() -> None:
    """Names of files need not be UTF-8, and a terminal need not know our characters: show them escaped."""
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)
