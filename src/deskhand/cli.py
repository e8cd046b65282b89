"""The `deskhand` command. Each command stands in `commands/`; this names them."""

import sys

import typer

from deskhand.commands import asking, evaluating, ingesting, maintenance, serving
from deskhand.commands.terminal import stop
from deskhand.kit.errors import DeskhandError
from deskhand.wiring import VERSION

app = typer.Typer(
    name="deskhand",
    help="Self-hosted customer-support AI agents: cited answers from your own knowledge, with any model or none.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for command in (
    serving.demo,
    serving.serve,
    maintenance.migrate,
    ingesting.ingest,
    asking.ask,
    asking.chat,
    maintenance.reindex,
    maintenance.doctor,
    maintenance.openapi,
):
    app.command()(command)
app.add_typer(maintenance.models, name="models")
app.add_typer(evaluating.app, name="eval")


@app.command()
def version() -> None:
    """Print the version."""
    print(VERSION)  # noqa: T201 - the command's output


def main() -> None:
    """Entry of the command: expected errors end it with one line and exit code 2."""
    try:
        app()
    except DeskhandError as error:
        try:
            stop(error.detail)
        except typer.Exit as exit_:
            sys.exit(exit_.exit_code)
