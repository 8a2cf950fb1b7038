import CanonCodeModel
import CanonFacts

/// Protocols, abstract classes or enums that say the same twice.
enum DuplicateInterfaceRule: Rule {
    static let identity = RuleIdentity(
        "duplicate-interface", severity: .medium,
        summary:
            "Protocols or abstract classes with the same methods, or enums with the same cases, are different objects.",
        exceptions: "Another service, one derived from the other, tests.")

    static let rationale = """
        An interface is there so that both sides mean the same. Written down twice, the two drift: a method is added to \
        one, and what satisfies the other no longer fits. Members of two enums are never equal, however alike they look: \
        `Status.OPEN == Status.OPEN` is false when the two come from different modules.
        """
    static let remedy = "Keep one of them and import it; the suggestion is the one that most modules use already."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A protocol and an abstract class with the same methods",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/ports.py", InterfaceExample.port),
                RuleExample.File(
                    "shop/pages.py", "from shop.ports import Storage\n\n\ndef page(storage: Storage):\n    pass\n"),
                RuleExample.File(
                    "shop/base.py",
                    """
                    from abc import ABC, abstractmethod


                    ↓
                    class Backend(ABC):
                        @abstractmethod
                        def load(self, key):
                            raise NotImplementedError

                        @abstractmethod
                        def save(self, key, value):
                            raise NotImplementedError
                    """)),
            RuleExample(
                "Enums with the same cases in another order",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    from enum import Enum


                    class State(Enum):
                        OPEN = "open"
                        PAID = "paid"
                        SENT = "sent"
                    """),
                RuleExample.File("shop/pages.py", "from shop.orders import State\n\nfirst = State.OPEN\n"),
                RuleExample.File(
                    "shop/mails.py",
                    """
                    from enum import StrEnum


                    ↓
                    class OrderState(StrEnum):
                        SENT = "sent"
                        OPEN = "open"
                        PAID = "paid"
                    """)),
        ],
        clean: [
            RuleExample(
                "One derived from the other, one with more methods, an implementation, an alias",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/ports.py", InterfaceExample.port),
                RuleExample.File(
                    "shop/more.py",
                    """
                    from typing import Protocol

                    from shop.ports import Storage

                    Store = Storage


                    class Journal(Storage, Protocol):
                        def load(self, key): ...
                        def save(self, key, value): ...


                    class Archive(Protocol):
                        def load(self, key): ...
                        def save(self, key, value): ...
                        def close(self): ...


                    class Memory:
                        def load(self, key):
                            return None

                        def save(self, key, value):
                            pass
                    """)),
            RuleExample(
                "Variants of one abstract class say what it says",
                RuleExample.File(
                    "shop/steps.py",
                    """
                    from abc import ABC, abstractmethod


                    class Step(ABC):
                        @abstractmethod
                        def run(self): ...
                        @abstractmethod
                        def undo(self): ...


                    class Slow(Step, ABC):
                        def run(self): ...
                        @abstractmethod
                        def undo(self): ...


                    class Quick(Step, ABC):
                        def run(self): ...
                        @abstractmethod
                        def undo(self): ...
                    """)),
            RuleExample(
                "Another service and a test; enums with other cases or other values; one case only",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      services:
                        shop: {modules: [shop]}
                        mill: {modules: [mill]}
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/ports.py", InterfaceExample.port),
                RuleExample.File("mill/__init__.py", ""),
                RuleExample.File("mill/ports.py", InterfaceExample.port),
                RuleExample.File("tests/ports.py", InterfaceExample.port),
                RuleExample.File(
                    "shop/kinds.py",
                    """
                    from enum import Enum


                    class Size(Enum):
                        SMALL = "S"
                        LARGE = "L"


                    class Font(Enum):
                        SMALL = "8pt"
                        LARGE = "12pt"


                    class Weight(Enum):
                        SMALL = "S"
                        LARGE = "L"
                        HUGE = "XL"


                    class On(Enum):
                        YES = 1


                    class Off(Enum):
                        YES = 1
                    """)),
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        var interfaces: [UInt64: [ObjectID]] = [:]
        var enumerations: [UInt64: [ObjectID]] = [:]
        for file in context.liveFiles {
            let facts = context.model.files[Int(file.rawValue)].facts
            for (index, declaration) in facts.declarations.enumerated() where declaration.kind == .class {
                guard isCandidate(declaration) else { continue }
                let object = ObjectID(file: file, index: UInt32(index))
                let traits = context.model.classInfo(of: object).traits
                if traits.contains(.enumeration) {
                    findings.examined += 1
                    if let key = Cases(of: object, facts).key { enumerations[key, default: []].append(object) }
                } else if !traits.isDisjoint(with: [.protocolClass, .abstract]) {
                    findings.examined += 1
                    if let key = Methods.key(of: object, context.model) { interfaces[key, default: []].append(object) }
                }
            }
        }
        for group in Self.groups(interfaces) { checkInterfaces(group, context, &findings) }
        for group in Self.groups(enumerations) { checkEnumerations(group, context, &findings) }
    }

    /// An interface or enum has a base, a decorator or a metaclass.
    private static func isCandidate(_ declaration: Declaration) -> Bool {
        declaration.bases.count > 0 || declaration.keywords.count > 0
    }

    private static func groups(_ byKey: [UInt64: [ObjectID]]) -> [[ObjectID]] {
        byKey.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    // MARK: Interfaces

    private static func checkInterfaces(
        _ group: [ObjectID], _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let ranked = context.ranked(group)
        for (index, subject) in ranked.enumerated().dropFirst() {
            let ancestors = Set(model.classInfo(of: subject.object).ancestors)
            let reference = ranked[..<index].first { other in
                guard context.sameService(other.object.file, subject.object.file), !ancestors.contains(other.object),
                    !model.isNestedInFunction(subject.object)
                else { return false }
                let others = model.classInfo(of: other.object).ancestors
                guard !others.contains(subject.object) else { return false }
                return !Methods.areInherited(by: subject.object, from: ancestors.intersection(others), model)
            }
            guard let reference else { continue }
            let methods = Methods.names(of: subject.object, model)
            let differing = methods.filter { !Methods.haveOneSignature($0, subject.object, reference.object, model) }
            report(
                subject, reference, confidence: differing.isEmpty ? .confirmed : .likely,
                message: "\(subject.symbol) asks for the same methods as \(reference.symbol): \(list(methods))"
                    + (differing.isEmpty ? "" : " (with other parameters: \(list(differing)))"),
                context, &findings)
        }
    }

    // MARK: Enums

    private static func checkEnumerations(
        _ group: [ObjectID], _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let ranked = context.ranked(group)
        for (index, subject) in ranked.enumerated().dropFirst() {
            let cases = Cases(of: subject.object, model.facts(of: subject.object.file))
            let match = ranked[..<index].lazy.compactMap { other -> (RankedObject, Bool)? in
                guard context.sameService(other.object.file, subject.object.file) else { return nil }
                let others = Cases(of: other.object, model.facts(of: other.object.file))
                return cases.isSame(as: others).map { (other, $0) }
            }.first
            guard let (reference, hasSameValues) = match else { continue }
            report(
                subject, reference,
                confidence: confidence(subject.object, reference.object, cases.names.count, hasSameValues, model),
                message: "\(subject.symbol) has the same cases as \(reference.symbol): \(list(cases.names))",
                context, &findings)
        }
    }

    /// Scales (low, medium, high) are the same for many things; with a name in common, or many cases, they mean one.
    private static func confidence(
        _ a: ObjectID, _ b: ObjectID, _ count: Int, _ hasSameValues: Bool, _ model: CodeModel
    ) -> Confidence {
        if model.name(of: a) == model.name(of: b) { return hasSameValues ? .confirmed : .likely }
        return hasSameValues && count >= 5 ? .likely : .review
    }

    private static func report(
        _ subject: RankedObject, _ reference: RankedObject, confidence: Confidence, message: String,
        _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let place = context.model.place(of: subject.object)
        findings.add(
            [subject.symbol], at: context.path(of: place.file), line: Int(place.line), confidence: confidence,
            message: message, evidence: [context.evidence(subject.object), context.evidence(reference.object)],
            suggestion: reference.symbol,
            concept: (context.concept(of: subject.object) ?? context.concept(of: reference.object))?.name,
            consumers: subject.consumers)
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    }
}

/// What an interface asks for.
private enum Methods {
    /// Public methods and those of the language that are not every class's own, sorted.
    static func names(of object: ObjectID, _ model: CodeModel) -> [String] {
        model.methods(of: object).map { model.name(of: $0) }.filter { name in
            !name.hasPrefix("_") || (name.hasPrefix("__") && name.hasSuffix("__") && !everyones.contains(name))
        }.sorted()
    }

    private static let everyones: Set<String> = ["__init__", "__new__", "__repr__", "__str__", "__init_subclass__"]

    /// Equal for equal sets of at least two names: one method is the same by chance.
    static func key(of object: ObjectID, _ model: CodeModel) -> UInt64? {
        let names = names(of: object, model)
        guard names.count >= 2 else { return nil }
        return hash(of: names.joined(separator: " "))
    }

    static func hash(of text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
    }

    /// Whether a common ancestor declares them already, so that both only say what it says.
    static func areInherited(by object: ObjectID, from ancestors: Set<ObjectID>, _ model: CodeModel) -> Bool {
        let inherited = Set(ancestors.flatMap { names(of: $0, model) })
        return names(of: object, model).allSatisfy { inherited.contains($0) }
    }

    static func haveOneSignature(_ name: String, _ a: ObjectID, _ b: ObjectID, _ model: CodeModel) -> Bool {
        func shape(_ object: ObjectID) -> Signature? {
            guard let method = model.methods(of: object).first(where: { model.name(of: $0) == name }),
                var signature = model.signature(of: method)
            else { return nil }
            // One with annotations and one without ask for the same.
            signature.returns = ""
            for index in signature.parameters.indices { signature.parameters[index].annotation = "" }
            return signature
        }
        return shape(a) == shape(b)
    }
}

/// The cases of an enum.
private struct Cases {
    /// Sorted.
    private(set) var names: [String] = []
    /// Literal texts, where they are.
    private var values: [String: String] = [:]

    init(of object: ObjectID, _ facts: FileFacts) {
        for state in facts.state where state.declaration == object.index && state.owner == .class {
            guard !state.flags.contains(.isDeclaredOnly), state.valueKind != .function,
                facts.names.withUTF8(of: state.name, { $0.first != UInt8(ascii: "_") })
            else { continue }
            let name = facts.names[state.name]
            names.append(name)
            if state.valueKind == .string, state.value.exists { values[name] = facts.names[state.value] }
        }
        names.sort()
    }

    var key: UInt64? { names.count >= 2 ? Methods.hash(of: names.joined(separator: " ")) : nil }

    /// Whether the values are equal where both are known; nil when two differ. Texts that differ in case only are the same.
    func isSame(as other: Cases) -> Bool? {
        var equal = 0
        for (name, value) in values {
            guard let second = other.values[name] else { continue }
            guard value.lowercased() == second.lowercased() else { return nil }
            equal += 1
        }
        return equal == names.count
    }
}

private enum InterfaceExample {
    static let port = """
        from typing import Protocol


        class Storage(Protocol):
            def load(self, key): ...
            def save(self, key, value): ...
        """
}
