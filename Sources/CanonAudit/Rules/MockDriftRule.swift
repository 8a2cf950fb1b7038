import CanonCodeModel
import CanonFacts

/// Doubles of tests that no longer look like the class that they stand for.
enum MockDriftRule: Rule {
    static let identity = RuleIdentity(
        "mock-drift", severity: .medium,
        summary:
            "A mock lacks public methods of the production class, has others, or differs in signature or in async.",
        exceptions: "Names with an underscore, doubles that answer to every name, `*args` and `**kwargs`.")

    static let rationale = """
        Tests that run against a double show what the double does. When the production class gets a method, an argument or an \
        `async`, they go on passing, and the first caller that fails is a user's.
        """
    static let remedy = """
        Derive the double from the class or its Protocol, make it with `create_autospec`, or give it what it lacks: \
        `canon audit doubles` shows the table, and `--fix` adds what is missing as methods that fail.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A method that production calls is missing, and another one is not async any more",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/bank.py",
                    """
                    class Bank:
                        async def pay(self, order, amount):
                            return True

                        def refund(self, order):
                            return True

                        def close(self):
                            pass
                    """),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    from shop.bank import Bank


                    def cancel(bank: Bank, order):
                        bank.refund(order)
                    """),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File(
                    "tests/doubles.py",
                    """
                    ↓
                    class FakeBank:
                        def pay(self, order, amount):
                            return True

                        def close(self):
                            pass
                    """)),
            RuleExample(
                "A subclass that overrides with other arguments",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/bank.py", "class Bank:\n    def pay(self, order, amount, currency):\n        return True\n"),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File(
                    "tests/doubles.py",
                    """
                    from shop.bank import Bank


                    ↓
                    class BankStub(Bank):
                        def pay(self, order):
                            return False
                    """)),
            RuleExample(
                "A double under another name, found by what it can do",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/bank.py",
                    """
                    class Bank:
                        def open_account(self, owner):
                            return 1

                        def transfer_money(self, source, target, amount):
                            return True

                        def close_account(self, number):
                            return True
                    """),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    from shop.bank import Bank


                    ↓
                    class Ledger:
                        def open_account(self, owner):
                            return 1

                        def transfer_money(self, source, target):
                            return True

                        def close_account(self, number):
                            return True


                    def test_transfer():
                        assert isinstance(Ledger(), Ledger) and Bank
                    """)),
        ],
        clean: [
            RuleExample(
                "The same methods, arguments and async",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/bank.py",
                    """
                    class Bank:
                        async def pay(self, order, amount=1):
                            return True

                        def _connect(self):
                            pass
                    """),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File(
                    "tests/doubles.py",
                    """
                    class FakeBank:
                        def __init__(self):
                            self.calls = []

                        async def pay(self, order, amount=1):
                            self.calls.append(order)
                            return True


                    class MockBank:
                        async def pay(self, *args, **kwargs):
                            return True
                    """)),
            RuleExample(
                "A double that answers to every name, and a subclass that inherits the rest",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/bank.py",
                    """
                    class Bank:
                        def pay(self, order):
                            return True

                        def refund(self, order):
                            return True
                    """),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File(
                    "tests/doubles.py",
                    """
                    from unittest.mock import MagicMock

                    from shop.bank import Bank


                    class MockBank(MagicMock):
                        def pay(self, order):
                            return False


                    class BankDouble(Bank):
                        def pay(self, order):
                            return False


                    class StubBank:
                        def __getattr__(self, name):
                            return lambda *args: None

                        def pay(self, order):
                            return True
                    """)),
            RuleExample(
                "Tests and classes that only share a name",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/bank.py", "class Bank:\n    def pay(self, order):\n        return True\n"),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File(
                    "tests/test_bank.py",
                    """
                    class TestBank:
                        def test_pay(self):
                            assert self


                    class FakeBank:
                        def draw(self):
                            return 1
                    """)),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        var pairs = MockPairs(context)
        for pair in pairs.find(context) {
            findings.examined += 1
            report(pair, &pairs, context, &findings)
        }
    }

    private static func report(
        _ pair: MockPairs.Pair, _ pairs: inout MockPairs, _ context: borrowing RuleContext,
        _ findings: inout FindingCollector
    ) {
        let model = context.model
        let drift = MockDrift(of: pair, model)
        guard isReported(drift, of: pair, &pairs, context) else { return }
        let called = pairs.called(drift.missing, of: pair.production, context)
        var parts: [String] = []
        if !called.isEmpty { parts.append("lacks \(list(called)), which code that uses the class calls") }
        let silent = drift.missing.filter { !called.contains($0) }
        if !silent.isEmpty { parts.append("lacks \(list(silent))") }
        if !drift.extra.isEmpty { parts.append("has \(list(drift.extra)), which the class has not") }
        if !drift.mismatches.isEmpty { parts.append("differs in \(list(drift.mismatches.map(\.text)))") }
        let (mock, production) = (model.symbol(of: pair.mock), model.symbol(of: pair.production))
        let place = model.place(of: pair.mock)
        var evidence = [context.evidence(pair.mock), context.evidence(pair.production)]
        for mismatch in drift.mismatches.prefix(10) {
            evidence.append(context.evidence(mismatch.mock, mismatch.own))
            evidence.append(context.evidence(mismatch.production, mismatch.others))
        }
        let isSerious = !called.isEmpty || !drift.mismatches.isEmpty
        let confidence: Confidence
        switch pair.evidence {
        case .subclass: confidence = .confirmed
        // A name that many things could have, and little in common.
        case .name:
            let isClose = pair.isImported || (drift.shared >= 2 && drift.shared >= 3 * drift.extra.count)
            confidence = isSerious && isClose && drift.shared >= drift.extra.count ? .likely : .review
        case .methods: confidence = .review
        }
        findings.add(
            [mock, production], at: context.path(of: place.file), line: Int(place.line),
            severity: called.isEmpty ? nil : .high, confidence: confidence, scope: context.scope(of: pair.mock),
            message: "\(model.name(of: pair.mock)), a double of \(production), \(parts.joined(separator: "; "))",
            evidence: evidence, suggestion: production, concept: context.concept(of: pair.production)?.name,
            consumers: model.consumers(of: pair.mock).count)
    }

    static func isReported(
        _ drift: MockDrift, of pair: MockPairs.Pair, _ pairs: inout MockPairs, _ context: borrowing RuleContext
    ) -> Bool {
        guard !drift.isEmpty else { return false }
        // A double that only lacks what nobody calls is a small double, no wrong one.
        if !drift.mismatches.isEmpty || !drift.extra.isEmpty || pair.evidence == .name { return true }
        return !pairs.called(drift.missing, of: pair.production, context).isEmpty
    }

    private static func list(_ names: [String]) -> String {
        names.count <= 5
            ? names.joined(separator: ", ") : names.prefix(4).joined(separator: ", ") + " and \(names.count - 4) more"
    }
}
