"""``vitscale bench``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from vitscale.cli.app import (
    DEFAULT_MODEL,
    AllFiles,
    Backends,
    Device,
    Json,
    Limit,
    Model,
    NamedImages,
    Paths,
    answer_console,
    app,
    interrupted,
    is_gpu,
    named_images,
    say,
    whole_numbers,
    writable,
    write_json,
)
from vitscale.errors import UsageError

if TYPE_CHECKING:
    from vitscale.results.profile import Profile
    from vitscale.results.schema import Scenario

DEFAULT_RESULTS = Path("results/bench.json")
DEFAULT_BACKENDS = ["huggingface", "spark-nlp", "spark-nlp:bridge=py4j", "vitscale", "onnxruntime"]


@app.command()
def bench(
    paths: Paths = None,
    images: NamedImages = None,
    model: Model = DEFAULT_MODEL,
    backend: Backends = DEFAULT_BACKENDS,
    profile: Annotated[
        Path | None, typer.Option(help="Profile of `vitscale tune`: measure its settings as well.")
    ] = None,
    batch_size: Annotated[
        str | None,
        typer.Option(help="Batch sizes to try, separated by commas.", show_default="1,4,8"),
    ] = None,
    device: Device = "cpu",
    scenario: Annotated[
        str,
        typer.Option(help="offline measures throughput over all images; single-stream the latency of one."),
    ] = "offline",
    forks: Annotated[
        int,
        typer.Option(
            min=1,
            help="Fresh processes of each backend at its best batch size. More give narrower intervals.",
        ),
    ] = 5,
    iterations: Annotated[
        int, typer.Option(min=1, help="Measured iterations over all images in each process.")
    ] = 2,
    min_seconds: Annotated[
        float,
        typer.Option(
            min=0,
            help="Shortest measurement in each process, in seconds. Raise it if results are unstable.",
        ),
    ] = 0,
    warmup_images: Annotated[
        int, typer.Option(min=1, help="Images of the warm-up before the measurement.")
    ] = 8,
    parity_images: Annotated[
        int,
        typer.Option(min=0, help="Largest number of images for comparing labels. 0 skips the comparison."),
    ] = 512,
    stage_images: Annotated[
        int, typer.Option(min=0, help="Largest number of images for timing the stages. 0 skips it.")
    ] = 16,
    budget: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="Seconds to aim at. Batch sizes, images and rounds that do not fit are left out. But the "
            "first process of each backend takes all images, and three rounds always run: a slow machine "
            "takes longer.",
            show_default="no limit",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random order of the runs.")] = 0,
    limit: Limit = None,
    all_files: AllFiles = False,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", callback=writable, help="Results file. An existing one is resumed."),
    ] = DEFAULT_RESULTS,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Discard the results of an earlier run instead of resuming it.")
    ] = False,
    report: Annotated[Path | None, typer.Option(callback=writable, help="File for an HTML report.")] = None,
    json_to: Json = None,
) -> None:
    """Measure backends side by side: images per second, best batch size, agreement of the labels.

    A sweep finds the best batch size of each backend. Rounds of fresh processes then measure it, one backend
    after another. The same command resumes an interrupted run. Exit status: 0 done, 1 a backend failed, 2
    usage, 3 fewer images were compared than requested, 130 interrupted.
    """
    from vitscale.bench.budget import Budget
    from vitscale.bench.interrupted import Interrupted
    from vitscale.bench.parity_and_stages import refuse_incomplete
    from vitscale.bench.plan import Settings, make_plan
    from vitscale.bench.runner import run_plan
    from vitscale.report.render import write_report
    from vitscale.report.terminal import print_summary
    from vitscale.results.check import check
    from vitscale.results.document import load_results
    from vitscale.results.profile import Profile

    whole_command = Budget(budget)
    default_sizes = "1" if scenario == "single-stream" else "1,4,8"
    tuned = [] if profile is None else [_tuned(Profile.read(profile))]
    plan = make_plan(
        images=named_images(paths, images),
        model=model,
        backends=[*backend, *tuned],
        batch_sizes=whole_numbers(default_sizes if batch_size is None else batch_size, "--batch-size"),
        output=output,
        settings=Settings(
            forks=forks,
            iterations=iterations,
            warmup_images=warmup_images,
            min_seconds=min_seconds,
            budget_seconds=budget,
            seed=seed,
            scenario=_scenario(scenario),
            parity_images=parity_images,
            stage_images=stage_images,
            keeps_rounds=True,
        ),
        limit=limit,
        on_gpu=is_gpu(device),
        all_files=all_files,
        say=say,
    )
    if is_gpu(device):
        left = ", ".join(str(one) for one in plan.backends if one.device == "cpu")
        say(
            f"on a GPU: all backends except {left}, which cannot use one"
            if left
            else "on a GPU: all backends"
        )
    say(f"{len(plan.images.files)} images, model {plan.model.name} with {plan.model.weights} weights")
    for remark in plan.images.remarks():
        say(remark)
    for failed in plan.undecodable:
        say(f"{failed.file} cannot be decoded: {failed.reason}")
    try:
        results = run_plan(plan, ["vitscale", *sys.argv[1:]], say, is_fresh=fresh)
    except Interrupted as stopped:
        resume = f"repeat the command{' without --fresh' if fresh else ''} to resume"
        raise interrupted(stopped.kept, "measurement", output, resume) from None
    print_summary(load_results(output), answer_console(json_to))
    unstable = {finding.where for finding in check(results) if finding.is_unstable}
    if unstable:
        say(f"{len(unstable)} figures are unstable: `vitscale check {output}` says why and what to do")
    if whole_command.left < 0:
        say(
            f"the command took {whole_command.spent:.0f} s, more than --budget {budget:.0f}: the first "
            "process of each backend takes all images, and three rounds always run; "
            "--limit N takes fewer images"
        )
    say(f"results: {output}")
    if report:
        write_report([output], report)
        say(f"report: {report}")
    write_json(results, json_to)
    if any(row["error"] for row in results["benchmarks"]):
        raise typer.Exit(1)
    refuse_incomplete(results["parity"])


def _scenario(text: str) -> Scenario:
    from vitscale.results.schema import Scenario

    if text not in get_args(Scenario):
        raise UsageError(f"--scenario is {text!r}; expected {' or '.join(get_args(Scenario))}.")
    return cast(Scenario, text)


def _tuned(profile: Profile) -> str:
    """Return the engine with a profile's settings, in the notation of ``--backend``."""
    threads = f",threads={profile.threads}" if profile.threads else ""
    return f"vitscale:precision={profile.precision},runtime={profile.runtime}{threads}"
