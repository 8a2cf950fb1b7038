import CanonCodeModel
import CanonFacts

/// Checks that are configured so that they cannot fail.
enum GateOffRule: Rule {
    static let identity = RuleIdentity(
        "gate-off", severity: .high,
        summary: """
            A committed check cannot fail: a disabled hook, `continue-on-error`, `|| true`, a threshold of 0, an exclusion that takes \
            most of the code.
            """,
        exceptions: "What is not committed; steps that check nothing; a step whose outcome a later one reads.")

    static let rationale = """
        A gate that is off looks like a gate that is passed. Most were switched off for one afternoon. Only committed \
        configuration is read, so what a server adds or overrides is not seen.
        """
    static let remedy = "Switch it on again; excuse what fails by a waiver with an owner and a date."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "Hooks: one that never runs, one that cannot fail, one that is commented out, one that leaves all code out",
                RuleExample.File(
                    ".pre-commit-config.yaml",
                    """
                    repos:
                      - repo: local
                        hooks:
                          ↓
                          - id: types
                            entry: mypy shop
                            stages: [manual]
                          ↓
                          - id: lint
                            entry: bash -c 'ruff check . || true'
                          ↓
                          # - id: audit
                          #   entry: canon audit
                          ↓
                          - id: format
                            entry: ruff format
                            exclude: ^shop/
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cache.py", "")),
            RuleExample(
                "Workflows",
                RuleExample.File(
                    ".github/workflows/ci.yml",
                    """
                    on: [push]
                    jobs:
                      test:
                        runs-on: ubuntu-latest
                        steps:
                          - uses: actions/checkout@v4
                          ↓
                          - run: pytest
                            continue-on-error: true
                          ↓
                          - name: Types
                            run: |
                              pip install mypy
                              mypy shop || true
                      ↓
                      audit:
                        if: false
                        runs-on: ubuntu-latest
                        steps:
                          - run: canon audit
                    """),
                RuleExample.File(".github/workflows/lint.yml.disabled", "↓\non: [push]\n")),
            RuleExample(
                "Thresholds and exclusions of tools",
                RuleExample.File(
                    "pyproject.toml",
                    """
                    [tool.coverage.report]
                    ↓
                    fail_under = 0

                    [tool.mypy]
                    ↓
                    ignore_errors = true

                    [tool.ruff]
                    ↓
                    exclude = [
                        "shop",
                    ]

                    [tool.pytest.ini_options]
                    ↓
                    addopts = "-q --collect-only"
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cache.py", "")),
            RuleExample(
                "A hook of git that leaves at once",
                RuleExample.File(".githooks/pre-commit", "#!/bin/sh\n# slow\n↓\nexit 0\nruff check .\n")),
        ],
        clean: [
            RuleExample(
                "Gates that are on",
                RuleExample.File(
                    ".pre-commit-config.yaml",
                    """
                    # - an ordinary remark
                    exclude: ^docs/
                    repos:
                      - repo: local
                        hooks:
                          - id: lint
                            entry: ruff check
                            stages: [pre-commit, manual]
                            exclude: ^(tests/data|vendor)/
                    """),
                RuleExample.File(
                    ".github/workflows/ci.yml",
                    """
                    on: [push]
                    jobs:
                      test:
                        if: github.event_name == 'push'
                        runs-on: ubuntu-latest
                        steps:
                          - run: pytest --cov-fail-under=80
                            continue-on-error: false
                          - run: docker rm -f db || true
                    """),
                RuleExample.File("setup.cfg", "[coverage:report]\nfail_under = 80\n[flake8]\nexclude = .git,build\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cache.py", "")),
            RuleExample(
                "The step may fail, because the next one reads how it ended",
                RuleExample.File(
                    ".github/workflows/ci.yml",
                    """
                    on: [push]
                    jobs:
                      test:
                        runs-on: ubuntu-latest
                        steps:
                          - id: tests
                            run: pytest
                            continue-on-error: true
                          - if: steps.tests.outcome == 'failure'
                            run: exit 1
                    """)),
            RuleExample(
                "Housekeeping that may fail",
                RuleExample.File(
                    ".github/workflows/ci.yml",
                    """
                    on: [push]
                    jobs:
                      clean:
                        runs-on: ubuntu-latest
                        steps:
                          - uses: actions/upload-artifact@v4
                            continue-on-error: true
                          - run: docker image prune -f
                            continue-on-error: true
                    """)),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        let configuration = CommittedConfiguration(paths: context.tree.paths)
        let model = context.model
        let code = CoveredCode(context.liveFiles.map { model.path(of: $0) })
        for path in configuration.renamed {
            findings.examined += 1
            findings.add(
                ["configuration", name(path)], at: path, line: 1, confidence: .likely,
                message: "nothing runs \(name(path)) under this name")
        }
        for file in configuration.files {
            guard let bytes = context.tree.bytes(of: file.path) else {
                findings.isIncomplete(at: file.path, because: "it cannot be read")
                continue
            }
            findings.examined += 1
            var gates = GateReader(path: file.path, code: code, findings: findings)
            switch file.kind {
            case .preCommit: gates.preCommit(bytes)
            case .workflow: gates.workflow(bytes)
            case .gitlab: gates.gitlab(bytes)
            case .hookScript: gates.hookScript(bytes)
            case .settings: gates.settings(bytes)
            }
            findings = gates.findings
        }
    }

    private static func name(_ path: String) -> String { path.lastPart(at: "/").map(String.init) ?? path }
}
