import CanonCodeModel
import CanonFacts

/// Tests whose result does not depend on the code that they name.
enum ConstantEvidenceRule: Rule {
    static let identity = RuleIdentity(
        "constant-evidence", version: 2, severity: .medium,
        summary: """
            Tests that assert nothing, are always skipped, swallow their own failure, or only return a value, and are counted as \
            if they had shown something: one finding for each file, and one for its tests that pass unless something raises.
            """)

    static let rationale = """
        "1,200 tests pass" is a claim about the code only as far as each of them could have failed. A test without an assertion, \
        with `assert True`, behind `except Exception: pass`, or that returns `True` (pytest does not look at it) passes whatever \
        the code does. Tests that run the code and compare nothing show at least that it does not raise: they are a finding \
        of their own with severity low, and so are those whose result the file itself reads when it is run as a program.
        """
    static let remedy = "Assert what the code must do, let the failure out, or delete the test."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "Nothing is asserted",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    ↓
                    def test_later():
                        pass


                    ↓
                    def test_order():
                        order = make()
                        print(order)


                    ↓
                    def test_true():
                        make()
                        assert True


                    class TestOrders:
                        ↓
                        async def test_order(self):
                            \"""It will be written.\"""
                    """)),
            RuleExample(
                "A verdict that nobody reads",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    ↓
                    def test_order():
                        order = make()
                        if not order:
                            return False
                        return True
                    """)),
            RuleExample(
                "The failure is swallowed",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    ↓
                    def test_order():
                        try:
                            assert make() == 1
                        except Exception as error:
                            print(error)


                    ↓
                    def test_bill():
                        try:
                            assert make() == 1
                        except:
                            pytest.skip("not there")
                    """)),
            RuleExample(
                "Never run",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    import unittest

                    import pytest


                    @pytest.mark.skip(reason="slow")
                    ↓
                    def test_order():
                        assert make() == 1


                    ↓
                    def test_bill():
                        pytest.skip("later")
                        assert make() == 1


                    @unittest.skip("later")
                    ↓
                    class TestOrders(unittest.TestCase):
                        def test_one(self):
                            self.assertEqual(make(), 1)
                    """)),
            RuleExample(
                "A module that is never run",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    import pytest

                    ↓
                    pytestmark = pytest.mark.skip(reason="later")


                    def test_order():
                        assert make() == 1
                    """)),
            RuleExample(
                "A program reads the verdict, and a test run does not",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    import sys


                    ↓
                    def test_order():
                        return make() == 1


                    ↓
                    def test_bill():
                        try:
                            assert make() == 1
                            return True
                        except Exception:
                            return False


                    if __name__ == "__main__":
                        sys.exit(not (test_order() and test_bill()))
                    """)),
        ],
        clean: [
            RuleExample(
                "Every way of asserting",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    import unittest
                    from unittest import mock

                    import pytest


                    def check_order(order):
                        assert order


                    def test_plain():
                        assert make() == 1


                    def test_raises():
                        with pytest.raises(ValueError):
                            make(-1)


                    def test_helper():
                        check_order(make())


                    def test_mock():
                        bank = mock.Mock()
                        make(bank)
                        bank.pay.assert_called_once()


                    def test_fail():
                        try:
                            make(-1)
                        except ValueError:
                            return
                        pytest.fail("no error")


                    def test_raise():
                        if make() != 1:
                            raise AssertionError("not one")


                    class TestOrders(unittest.TestCase):
                        def setUp(self):
                            self.order = make()

                        def test_equal(self):
                            self.assertEqual(self.order, 1)

                        def test_own_helper(self):
                            self._verify(self.order)

                        def _verify(self, order):
                            self.assertTrue(order)
                    """)),
            RuleExample(
                "A failure that is caught and let out again, or caught beside the assertion",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    def test_order():
                        try:
                            assert make() == 1
                        except AssertionError:
                            raise
                        except Exception:
                            pass


                    def test_bill():
                        try:
                            make()
                        except Exception:
                            pass
                        assert make() == 1


                    def test_key():
                        try:
                            assert make()["a"] == 1
                        except KeyError:
                            pass
                    """)),
            RuleExample(
                "The docstring is the test",
                RuleExample.File(
                    "tests/test_orders.py", "def test_order():\n    \"\"\"\n    >>> make()\n    1\n    \"\"\"\n")),
            RuleExample(
                "Skipped under a condition",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    import sys

                    import pytest


                    @pytest.mark.skipif(sys.platform == "win32", reason="paths")
                    def test_order():
                        assert make() == 1


                    def test_bill():
                        if not make:
                            pytest.skip("no server")
                        assert make() == 1
                    """)),
            RuleExample(
                "What is no test",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    import pytest


                    @pytest.fixture
                    def test_order():
                        return make()


                    class Helper:
                        def test_connection(self):
                            return True


                    def test_uses(test_order):
                        assert test_order
                    """)),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        let collection = TestCollection(context)
        let (model, tree) = (context.model, context.tree)
        var parts = context.parts.group(name)
        for file in context.files(in: .test) {
            let path = context.path(of: file)
            guard collection.collects(path) else { continue }
            let tests = parts.part(tree.identity(of: path)) {
                EmptyTests(model.facts(of: file)) { tree.bytes(of: path) }
            }
            guard let tests else { continue }
            findings.examined += tests.examined
            if let line = tests.skippedModule {
                findings.add(
                    [context.moduleName(of: file)], at: path, line: line, scope: .test,
                    message: "no test of the module is ever run")
            }
            report(tests.tests, file, context, &findings)
        }
        context.parts.put(parts)
    }

    /// One finding for what is certain, and one for what a person has to look at: whoever mends a file does so at once.
    private static func report(
        _ tests: [EmptyTests.Test], _ file: FileID, _ context: borrowing RuleContext, _ findings: inout FindingCollector
    ) {
        let path = context.path(of: file)
        for isCertain in [true, false] {
            let own = tests.filter { ($0.verdict.confidence != .review) == isCertain }
            guard let first = own.first else { continue }
            var evidence: [Evidence] = []
            for test in own {
                evidence.append(Evidence(path: path, line: test.line, text: "\(test.name) \(test.verdict.reason)"))
                if test.verdict.line > 0 {
                    evidence.append(Evidence(path: path, line: test.verdict.line, text: test.verdict.text))
                }
            }
            let others =
                own.count == 2 ? "; so it is with another test" : "; so it is with \(own.count - 1) other tests"
            findings.add(
                [context.moduleName(of: file)] + (isCertain ? [] : ["without assertion"]), at: path, line: first.line,
                severity: isCertain ? nil : .low, confidence: first.verdict.confidence, scope: .test,
                message: "\(first.name) \(first.verdict.reason)" + (own.count > 1 ? others : ""), evidence: evidence,
                places: own.map { Finding.Place(path: path, line: $0.line) })
        }
    }
}
