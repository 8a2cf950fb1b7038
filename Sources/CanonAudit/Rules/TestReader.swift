import CanonFacts

/// Reads the tests of one file and tells of each whether it could fail.
struct TestReader {
    struct Verdict: Equatable {
        var reason: String
        var confidence: Confidence
        /// Of what shows it, 0 when nothing does.
        var line = 0
        var text = ""
        /// It gives a result back, which whoever calls it may read.
        var returnsVerdict = false
        /// Nothing is asserted by statements; the docstring may hold examples that are run.
        var assertsNothing = false
    }

    private let facts: FileFacts
    private let events: EventList
    private(set) var examined = 0
    /// What the name of a callee says, by name; 0: not looked at yet.
    private var meanings: [UInt8]
    /// Hashes of the names of functions of this file in which something is asserted; nil: not read yet.
    private var helpers: Set<UInt64>?

    private enum Meaning: UInt8 {
        case unknown = 1
        /// Fails when something is not as it should be.
        case asserts
        /// As before, and not by an AssertionError (`pytest.fail`, `pytest.raises`).
        case assertsOtherwise
        case skips
        /// Can fail, and tells nothing about the code under test: `print`, logging.
        case inert
    }

    init(_ facts: FileFacts) {
        self.facts = facts
        events = facts.events
        meanings = Array(repeating: 0, count: facts.names.count)
    }

    // MARK: Which functions are tests

    func isTest(_ declaration: Declaration) -> Bool {
        guard TestCollection.isTestFunction(declaration, facts) else { return false }
        guard declaration.parent != FileFacts.noIndex else { return true }
        let parent = facts.declarations[Int(declaration.parent)]
        guard parent.kind == .class, parent.parent == FileFacts.noIndex else { return false }
        // A class that is skipped as a whole has a finding of its own.
        return (TestCollection.isTestClass(parent, facts) || TestCollection.isUnittestClass(parent, facts))
            && !Self.isSkipped(parent, facts)
    }

    /// `@pytest.mark.skip`, `@unittest.skip`, `@skip`; not `skipif`.
    static func isSkipped(_ declaration: Declaration, _ facts: FileFacts) -> Bool {
        TestCollection.hasDecorator(declaration, facts) { $0.elementsEqual("skip".utf8) }
    }

    // MARK: Verdicts

    /// - Returns: nil when the test could fail.
    mutating func verdict(of index: Int) -> Verdict? {
        examined += 1
        let declaration = facts.declarations[index]
        if Self.isSkipped(declaration, facts) {
            return Verdict(reason: "is never run: it is marked to be skipped", confidence: .confirmed)
        }
        let body =
            Int(declaration.event) + 1..<max(Int(declaration.event) + 1, Int(events[Int(declaration.event)].link))
        var seen = look(at: body)
        if !seen.canFail, seen.calls > 0, helpers == nil {
            readHelpers()
            seen = look(at: body)
        }
        if let line = seen.skip, !seen.hasFailed {
            return Verdict(reason: "is never run: it skips itself", confidence: .confirmed, line: line, text: "skip")
        }
        if seen.canFail { return nil }
        if let line = seen.swallowed {
            return Verdict(
                reason: "cannot fail: what it asserts is caught and forgotten", confidence: .confirmed, line: line,
                text: "except", returnsVerdict: seen.returned != nil)
        }
        if let (line, text) = seen.returned {
            return Verdict(
                reason: "returns its verdict, which no test runner reads, and asserts nothing", confidence: .confirmed,
                line: line, text: text, returnsVerdict: true)
        }
        let what = seen.constants > 0 ? "asserts constants only" : "asserts nothing"
        if seen.calls == 0 {
            return Verdict(reason: "\(what) and calls nothing", confidence: .confirmed, assertsNothing: true)
        }
        return Verdict(
            reason: "\(what): it passes unless something raises", confidence: .review, assertsNothing: true)
    }

    private struct Sight {
        /// An assertion whose failure leaves the test.
        var canFail = false
        /// The handler that swallows an assertion.
        var swallowed: Int?
        /// An unconditional skip.
        var skip: Int?
        /// An assertion came before the skip.
        var hasFailed = false
        var returned: (line: Int, text: String)?
        /// `assert True`
        var constants = 0
        /// Calls that may raise.
        var calls = 0
    }

    /// A `try` around the place that is read.
    private struct Guard {
        var end: Int
        /// The line of the handler that catches AssertionError and goes on; 0: none does.
        var handler: Int
    }

    private mutating func look(at body: Range<Int>) -> Sight {
        var sight = Sight()
        var guards: [Guard] = []
        // Blocks that may be left out: what stands in none of them always runs.
        var depth = 0
        var nested = 0
        for index in body {
            let event = events[index]
            while let last = guards.last, index >= last.end { guards.removeLast() }
            switch event.kind {
            case .enter:
                switch event.block {
                case .body where isTry(bodyAt: index):
                    guards.append(Guard(end: Int(event.link), handler: swallowingHandler(after: Int(event.link))))
                    depth += 1
                case .then where event.condition == .alwaysTrue: break
                case .then, .otherwise, .body, .except, .finally, .case: depth += 1
                case .class:
                    nested += 1
                    sight.calls += 1
                case .function, .lambda: nested += 1
                default: break
                }
            case .leave:
                switch event.block {
                case .then where events[Int(event.link)].condition == .alwaysTrue: break
                case .then, .otherwise, .body, .except, .finally, .case: depth -= 1
                case .function, .class, .lambda: nested -= 1
                default: break
                }
            // What may raise shows a little, though nothing is compared.
            case .use where !event.flags.contains(.annotation): sight.calls += 1
            case .importModule, .importName, .importAll, .dynamicImport, .unbind: sight.calls += 1
            case .bind where event.valueKind == .unresolved: sight.calls += 1
            case .assertion:
                if event.condition == .alwaysTrue { sight.constants += 1 } else { note(&sight, guards) }
            case .raise: note(&sight, guards, isRaise: true)
            case .return:
                guard nested == 0, sight.returned == nil else { break }
                switch event.valueKind {
                case .none, .null: break
                default: sight.returned = (Int(event.line), "return")
                }
            case .call:
                switch meaning(of: event) {
                case .asserts: note(&sight, guards)
                case .assertsOtherwise: sight.canFail = true
                case .skips:
                    if depth == 0, nested == 0, sight.skip == nil, !sight.canFail { sight.skip = Int(event.line) }
                case .inert: break
                case .unknown: sight.calls += 1
                }
            default: break
            }
            if sight.canFail { break }
        }
        return sight
    }

    private func note(_ sight: inout Sight, _ guards: [Guard], isRaise: Bool = false) {
        if sight.skip != nil { return }
        sight.hasFailed = true
        if let swallowing = guards.first(where: { $0.handler > 0 }), !isRaise {
            if sight.swallowed == nil { sight.swallowed = swallowing.handler }
        } else {
            sight.canFail = true
        }
    }

    private func isTry(bodyAt index: Int) -> Bool {
        // The statement's own block begins right in front of its first arm.
        index > 0 && events[index - 1].kind == .enter && events[index - 1].block == .tryStatement
    }

    /// The line of the first handler behind a body that catches an AssertionError, when it goes on as if nothing had happened.
    private mutating func swallowingHandler(after leave: Int) -> Int {
        var index = leave + 1
        while index < events.count {
            let event = events[index]
            guard event.kind == .enter, event.block == .except else { return 0 }
            if catchesAssertions(event.name) {
                for inner in index + 1..<max(index + 1, Int(event.link)) {
                    let event = events[inner]
                    if event.kind == .raise { return 0 }
                    if event.kind == .assertion, event.condition != .alwaysTrue { return 0 }
                    if event.kind == .call {
                        let meaning = meaning(of: event)
                        if meaning == .asserts || meaning == .assertsOtherwise || isExit(event) { return 0 }
                    }
                }
                return Int(event.line)
            }
            index = Int(event.link) + 1
        }
        return 0
    }

    private func catchesAssertions(_ name: Name) -> Bool {
        guard name.exists else { return true }
        return facts.names.withUTF8(of: name) { text in
            text.split { !Self.isNamePart($0) }.contains { part in
                part.elementsEqual("Exception".utf8) || part.elementsEqual("BaseException".utf8)
                    || part.elementsEqual("AssertionError".utf8)
            }
        }
    }

    private func isExit(_ event: Event) -> Bool {
        facts.names.withUTF8(of: event.name) { $0.elementsEqual("exit".utf8) || $0.elementsEqual("sys.exit".utf8) }
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    // MARK: Names of callees

    private mutating func meaning(of event: Event) -> Meaning {
        let place = Int(event.name.rawValue)
        guard place > 0 else { return .unknown }
        if let known = Meaning(rawValue: meanings[place]) { return known }
        let meaning = look(atName: event.name)
        meanings[place] = meaning.rawValue
        return meaning
    }

    private mutating func look(atName name: Name) -> Meaning {
        let (last, isPytest, isOfTest) = facts.names.withUTF8(of: name) { text in
            let last = text.lastIndex(of: 0x2E).map { $0 + 1 } ?? 0
            let root = text.prefix { $0 != 0x2E }
            return (
                CalleeName(UnsafeBufferPointer(rebasing: text[last...])), last > 0 && root.elementsEqual("pytest".utf8),
                last > 0 && root.elementsEqual("self".utf8)
            )
        }
        let word = Word(last.hash)
        if word.contains(.skipping) { return .skips }
        if isPytest, word.contains(.pytest) { return .assertsOtherwise }
        // A helper of another file is a hint by its name only; one of this file is read.
        if last.asserts || word.contains(.failing) { return .asserts }
        if let helpers, helpers.contains(last.hash) { return .asserts }
        if word.contains(.inert), !isOfTest { return .inert }
        return .unknown
    }

    /// Reads the functions of this file that tests may call, which costs more than most tests need.
    private mutating func readHelpers() {
        guard helpers == nil else { return }
        helpers = assertingHelpers()
        for place in meanings.indices where meanings[place] == Meaning.unknown.rawValue { meanings[place] = 0 }
    }

    /// Hashes of the names of functions of this file that assert, or call one that does.
    private func assertingHelpers() -> Set<UInt64> {
        var callers: [UInt64: [UInt64]] = [:]
        var found: Set<UInt64> = []
        for declaration in facts.declarations where declaration.kind != .class {
            guard !TestCollection.isTestFunction(declaration, facts) else { continue }
            let name = facts.names.withUTF8(of: declaration.name) { CalleeName($0).hash }
            let start = Int(declaration.event) + 1
            for index in start..<max(start, Int(events[Int(declaration.event)].link)) {
                let event = events[index]
                switch event.kind {
                case .assertion where event.condition != .alwaysTrue: found.insert(name)
                case .raise: found.insert(name)
                case .call:
                    let callee = facts.names.withUTF8(of: event.name) { text in
                        CalleeName(
                            UnsafeBufferPointer(rebasing: text[(text.lastIndex(of: 0x2E).map { $0 + 1 } ?? 0)...]))
                    }
                    if callee.asserts || !Word(callee.hash).isDisjoint(with: [.failing, .pytest]) {
                        found.insert(name)
                    } else {
                        callers[callee.hash, default: []].append(name)
                    }
                default: break
                }
            }
        }
        var pending = Array(found)
        while let name = pending.popLast() {
            for caller in callers[name] ?? [] where found.insert(caller).inserted { pending.append(caller) }
        }
        return found
    }

    /// What the last part of a callee's name may be.
    private struct Word: OptionSet {
        let rawValue: UInt8

        static let skipping = Word(rawValue: 1)
        static let pytest = Word(rawValue: 2)
        static let failing = Word(rawValue: 4)
        /// Calls that say nothing about the code under test.
        static let inert = Word(rawValue: 8)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        /// - Parameter hash: of a name.
        init(_ hash: UInt64) { self.init(rawValue: Self.table[hash]) }

        private static let table = WordTable([
            skipping.rawValue: "skip skipTest",
            pytest.rawValue: "fail raises warns deprecated_call exit",
            failing.rawValue: "fail raises expect should",
            inert.rawValue: "print info debug warning error exception log critical len str repr sleep getLogger",
        ])
    }
}

/// The last part of a callee's name, and whether its words say that it checks something.
private struct CalleeName {
    let hash: UInt64
    /// `assertEqual`, `check_order`, `_verify`; `helper_assert_order`.
    let asserts: Bool

    init(_ text: UnsafeBufferPointer<UInt8>) {
        hash = ContentHash.of(UnsafeRawBufferPointer(text))
        // The first word, in small letters and in one number: all that are looked for have eight letters at most.
        var word: UInt64 = 0
        var length = 0
        for byte in text {
            if byte == 0x5F {
                if length > 0 { break } else { continue }
            }
            let isCapital = (0x41...0x5A).contains(byte)
            if isCapital, length > 0 { break }
            guard length < 8 else {
                length += 1
                break
            }
            word = word << 8 | UInt64(isCapital ? byte + 0x20 : byte)
            length += 1
        }
        if length <= 8, Self.checks(word) {
            asserts = true
            return
        }
        asserts = Self.holdsAssert(text)
    }

    private static func checks(_ word: UInt64) -> Bool {
        switch word {
        case number("assert"), number("verify"), number("check"), number("expect"), number("validate"),
            number("should"),
            number("ensure"), number("compare"), number("confirm"):
            true
        default: false
        }
    }

    /// The letters of a word as a number; known when the program is compiled.
    @inline(__always)
    private static func number(_ word: StaticString) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<word.utf8CodeUnitCount { number = number << 8 | UInt64(word.utf8Start[index]) }
        return number
    }

    /// `_assert` in the middle of a name.
    private static func holdsAssert(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count > 7 else { return false }
        for start in 1...(text.count - 6)
        where text[start] == UInt8(ascii: "a") && text[start - 1] == 0x5F
            && text[start..<start + 6].elementsEqual("assert".utf8)
        {
            return true
        }
        return false
    }
}
