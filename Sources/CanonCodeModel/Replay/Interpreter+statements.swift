internal import CanonFacts

// Statements and their arms.
extension Interpreter {
    /// Runs the events of a range.
    func execute(_ range: Range<Int>, _ frame: Frame) -> Completion {
        let facts = frame.code.facts
        var index = range.lowerBound
        while index < range.upperBound {
            let event = facts.events[index]
            steps += 1
            guard steps < options.stepLimit else {
                if !isExhausted { note(.limit, frame.code, event) }
                isExhausted = true
                return .normal
            }
            if isStop(event, frame) {
                halt(event, frame)
                return .stopped
            }
            var next = index + 1
            let completion: Completion
            switch event.kind {
            case .enter:
                next = max(next, Int(event.link) + 1)
                completion = block(event, index, frame)
            case .importModule: completion = importStatement(event, index, frame)
            case .importName:
                // All names of one statement together: their modules are imported before the first is bound.
                while next < range.upperBound, facts.events[next].kind == .importName,
                    facts.events[next].flags.contains(.continues)
                {
                    next += 1
                }
                completion = importNames(index..<next, frame)
            case .importAll: completion = importAll(event, index, frame)
            case .dynamicImport: completion = dynamicImport(event, index, frame)
            case .bind: completion = bind(event, index, frame)
            case .unbind:
                unbind(event, frame)
                completion = .normal
            case .declareGlobal:
                frame.scope.globals.insert(frame.code.key(of: event.name))
                completion = .normal
            case .exports:
                exports(event, frame)
                completion = .normal
            case .call: completion = call(event, index, frame)
            case .use: completion = use(event, index, frame)
            case .return:
                let value = self.value(of: event, index, frame).value
                if frame.result == nil || value.isKnown { frame.result = value }
                completion = .returned
            case .raise: completion = .raised(raised(event, frame))
            case .leave, .declareNonlocal, .assertion: completion = .normal
            }
            guard case .normal = completion else { return completion }
            index = next
        }
        return .normal
    }

    private func isStop(_ event: Event, _ frame: Frame) -> Bool {
        guard let stop, stopPlace == nil else { return false }
        switch stop.position {
        case .line(let line):
            return frame.kind == .module && event.line >= line && event.kind != .leave
                && loaded[frame.module].name == stop.module
        case .check:
            guard let function = frame.function, function === checking else { return false }
            var search = Graph.Search()
            return isModulesRead(event, frame.code, &search)
        case .function: return false
        }
    }

    func halt(_ event: Event, _ frame: Frame) {
        stopPlace = Place(file: FileID(rawValue: frame.code.file), line: event.line)
        stoppedFrame = frame
    }

    // MARK: Blocks

    private func block(_ event: Event, _ index: Int, _ frame: Frame) -> Completion {
        let body = index + 1..<max(index + 1, Int(event.link))
        switch event.block {
        case .class: return classStatement(event, index, frame)
        case .function:
            functionStatement(event, index, frame)
            return .normal
        case .lambda: return .normal
        case .comprehension:
            let inner = Frame(
                frame.kind, code: frame.code, scope: Scope(.function, parent: frame.scope), module: frame.module,
                function: frame.function)
            doubts += 1
            let completion = execute(body, inner)
            doubts -= 1
            return perhaps(completion, event, frame)
        case .ifStatement: return ifStatement(body, frame)
        case .tryStatement: return tryStatement(body, frame)
        case .forStatement, .whileStatement: return loop(body, frame)
        case .withStatement: return withStatement(body, frame)
        case .matchStatement: return arms(body, frame, isExhaustive: false)
        case .case: return execute(body, frame)
        case .module, .then, .otherwise, .body, .except, .finally: return execute(body, frame)
        }
    }

    /// The blocks that follow each other in a range, other events between them left out.
    private func arms(in range: Range<Int>, _ frame: Frame) -> [(event: Event, body: Range<Int>)] {
        var arms: [(event: Event, body: Range<Int>)] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let event = frame.code.facts.events[index]
            if event.kind == .enter {
                arms.append((event, index + 1..<max(index + 1, Int(event.link))))
                index = max(index + 1, Int(event.link) + 1)
            } else {
                index += 1
            }
        }
        return arms
    }

    private func ifStatement(_ range: Range<Int>, _ frame: Frame) -> Completion {
        let arms = arms(in: range, frame)
        guard let first = arms.first else { return .normal }
        let decision = first.event.block == .then ? decides(first.event, frame) : nil
        let then = arms.first { $0.event.block == .then }
        let otherwise = arms.first { $0.event.block == .otherwise }
        switch decision {
        case true?: return then.map { execute($0.body, frame) } ?? .normal
        case false?: return otherwise.map { execute($0.body, frame) } ?? .normal
        case nil: return self.arms(range, frame, isExhaustive: then != nil && otherwise != nil)
        }
    }

    private func decides(_ arm: Event, _ frame: Frame) -> Bool? {
        switch arm.condition {
        case .unknown: nil
        case .alwaysTrue, .notTypeChecking: true
        case .alwaysFalse, .typeChecking, .mainModule: false
        case .platform: model.options.environment.decides(frame.code.facts.names[arm.name])
        }
    }

    /// Arms of which any may run: all do, one after the other. Only what each of them does for certain ends the code.
    ///
    /// - Parameter isExhaustive: one of them runs.
    private func arms(_ range: Range<Int>, _ frame: Frame, isExhaustive: Bool) -> Completion {
        var result: Completion?
        var hasReturned = false
        defer { if hasReturned, !isExhaustive { noteReturn(frame) } }
        for arm in arms(in: range, frame) {
            let before = doubts
            doubts += 1
            let completion = execute(arm.body, frame)
            doubts = before
            if case .returned = completion { hasReturned = true }
            switch (completion, result) {
            case (.stopped, _): return .stopped
            case (.normal, _): result = .normal
            case (.returned, nil), (.returned, .raised?): result = .returned
            case (.raised(let raised), nil): result = .raised(raised)
            default: break
            }
        }
        guard isExhaustive, let result else { return .normal }
        if case .normal = result, hasReturned { noteReturn(frame) }
        return result
    }

    private func noteReturn(_ frame: Frame) {
        guard frame.kind == .function, !frame.mayHaveReturned else { return }
        frame.mayHaveReturned = true
        doubts += 1
    }

    /// What may not run at all: its end is not the end of what is around.
    private func perhaps(_ completion: Completion, _ event: Event, _ frame: Frame) -> Completion {
        switch completion {
        case .stopped: return .stopped
        case .raised:
            note(.possibleError, frame.code, event)
            return .normal
        case .returned:
            noteReturn(frame)
            return .normal
        case .normal: return .normal
        }
    }

    private func loop(_ range: Range<Int>, _ frame: Frame) -> Completion {
        for arm in arms(in: range, frame) {
            if arm.event.block == .body, arm.event.condition == .alwaysFalse { continue }
            let before = doubts
            doubts += 1
            let end = execute(arm.body, frame)
            doubts = before
            let completion = perhaps(end, arm.event, frame)
            guard case .normal = completion else { return completion }
        }
        return .normal
    }

    /// `with suppress(ImportError)` swallows what is raised.
    private func withStatement(_ range: Range<Int>, _ frame: Frame) -> Completion {
        let completion = execute(range, frame)
        guard case .raised = completion else { return completion }
        let suppresses = frame.code.facts.events[range].prefix(8).contains { event in
            event.kind == .call && frame.code.parts(of: event.name).last == Self.suppress
        }
        return suppresses ? .normal : completion
    }

    private static let suppress = TextKey("suppress" as StaticString)

    // MARK: try

    private func tryStatement(_ range: Range<Int>, _ frame: Frame) -> Completion {
        let arms = arms(in: range, frame)
        var completion = Completion.normal
        if let body = arms.first(where: { $0.event.block == .body }) { completion = execute(body.body, frame) }
        switch completion {
        case .raised(let raised):
            if let handler = arms.first(where: { $0.event.block == .except && catches($0.event, raised, frame) }) {
                if handler.event.value.exists {
                    set(frame.code.key(of: handler.event.value), Cell(value: .unknown, origin: -1), frame)
                }
                frame.handled.append(raised)
                completion = execute(handler.body, frame)
                frame.handled.removeLast()
            }
        case .normal:
            if let otherwise = arms.first(where: { $0.event.block == .otherwise }) {
                completion = execute(otherwise.body, frame)
            }
        case .returned, .stopped: break
        }
        if case .stopped = completion { return .stopped }
        if let last = arms.first(where: { $0.event.block == .finally }) {
            let end = execute(last.body, frame)
            guard case .normal = end else { return end }
        }
        return completion
    }

    private func catches(_ arm: Event, _ raised: Raised, _ frame: Frame) -> Bool {
        guard arm.name.exists else { return true }
        if case .importError = raised.kind, arm.flags.contains(.catchesImportError) { return true }
        let text = frame.code.facts.names[arm.name]
        let caught = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
        let isEverything = caught.contains("BaseException") || caught.contains("Exception")
        switch raised.kind {
        case .importError:
            return isEverything || caught.contains("ImportError") || caught.contains("ModuleNotFoundError")
        case .attributeError: return isEverything || caught.contains("AttributeError")
        case .syntaxError: return isEverything || caught.contains("SyntaxError")
        case .unknown: return true
        case .named(let name, let type):
            if Exceptions.endsProgram(name) { return caught.contains("BaseException") || caught.contains(name) }
            if isEverything { return true }
            var names = Exceptions.ancestors(of: name)
            if let type {
                let info = model.classInfo(of: type.object)
                names += info.ancestors.map { model.name(of: $0) }
                for base in info.externalBases {
                    names += Exceptions.ancestors(of: String(base.split(separator: ".").last ?? ""))
                }
            }
            return names.contains { caught.contains($0) }
        }
    }

    private func raised(_ event: Event, _ frame: Frame) -> Raised {
        let line = event.line
        let text = frame.code.facts.names[event.name]
        guard event.name.exists else {
            // A bare `raise`, or a value that is computed.
            return frame.handled.last ?? Raised(kind: .unknown, file: frame.code.file, line: line, text: "an exception")
        }
        let value = evaluate(frame.code.parts(of: event.name), frame).value
        if case .thing(let thing) = value, thing.kind == .class {
            return Raised(
                kind: .named(model.name(of: thing.object), thing), file: frame.code.file, line: line, text: text)
        }
        if case .unknown = value, let handled = frame.handled.last, lookup(frame.code.key(of: event.name), frame) != nil
        {
            return handled
        }
        let last = String(text.split(separator: ".").last ?? "")
        let kind: Raised.Kind =
            switch last {
            case "ImportError", "ModuleNotFoundError": .importError
            case "AttributeError": .attributeError
            default: .named(last, nil)
            }
        return Raised(kind: kind, file: frame.code.file, line: line, text: text)
    }
}

/// The language's own exceptions, as far as one is caught by the name of another.
private enum Exceptions {
    static func endsProgram(_ name: String) -> Bool {
        ["SystemExit", "KeyboardInterrupt", "GeneratorExit"].contains(name)
    }

    static func ancestors(of name: String) -> [String] {
        var names = [name]
        while let parent = parents[names[names.count - 1]] { names.append(parent) }
        return names
    }

    private static let parents: [String: String] = [
        "ModuleNotFoundError": "ImportError", "KeyError": "LookupError", "IndexError": "LookupError",
        "FileNotFoundError": "OSError", "PermissionError": "OSError", "ConnectionError": "OSError",
        "FileExistsError": "OSError", "NotADirectoryError": "OSError", "IsADirectoryError": "OSError",
        "TimeoutError": "OSError", "BlockingIOError": "OSError", "ChildProcessError": "OSError",
        "ProcessLookupError": "OSError", "InterruptedError": "OSError", "BrokenPipeError": "ConnectionError",
        "ConnectionResetError": "ConnectionError", "ConnectionRefusedError": "ConnectionError",
        "ConnectionAbortedError": "ConnectionError", "IOError": "OSError", "EnvironmentError": "OSError",
        "NotImplementedError": "RuntimeError", "RecursionError": "RuntimeError", "UnicodeError": "ValueError",
        "UnicodeDecodeError": "UnicodeError", "UnicodeEncodeError": "UnicodeError", "OverflowError": "ArithmeticError",
        "ZeroDivisionError": "ArithmeticError", "FloatingPointError": "ArithmeticError",
        "UnboundLocalError": "NameError",
        "IndentationError": "SyntaxError", "TabError": "IndentationError",
    ]
}
