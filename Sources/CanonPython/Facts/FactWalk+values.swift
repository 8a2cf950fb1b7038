internal import CanonFacts

// What a value is, as far as its own text tells.
extension FactWalk {
    mutating func describeValue(_ index: UInt32, in step: inout Event) {
        let node = tree[index]
        switch node.kind {
        case .ifExp:
            step.flags.insert(.oneOfSeveral)
            describeFirstKnown(node.b, node.c, in: &step)
        case .boolOp:
            step.flags.insert(.oneOfSeveral)
            describeOperands(node, in: &step)
        case .namedExpr: describeSimpleValue(node.b, in: &step)
        default: describeSimpleValue(index, in: &step)
        }
    }

    /// `x or Default()`: what comes last is what is made when there is nothing yet. Of `and` the first is taken.
    private mutating func describeOperands(_ node: Node, in step: inout Event) {
        let mark = spine.count
        for operand in tree.list(node.a) { spine.append(operand.index) }
        let count = spine.count - mark
        for place in 0..<count {
            let value = spine[node.operator == .or ? mark + count - 1 - place : mark + place]
            describeSimpleValue(value, in: &step)
            if isKnown(step) { break }
        }
        if count > 0, !isKnown(step) {
            describeSimpleValue(spine[node.operator == .or ? mark + count - 1 : mark], in: &step)
        }
        spine.count = mark
    }

    private mutating func describeFirstKnown(_ first: UInt32, _ second: UInt32, in step: inout Event) {
        describeSimpleValue(first, in: &step)
        if isKnown(step) { return }
        describeSimpleValue(second, in: &step)
        if !isKnown(step) { describeSimpleValue(first, in: &step) }
    }

    /// A call, a container or a name.
    private mutating func isKnown(_ step: Event) -> Bool {
        switch step.valueKind {
        case .call, .awaitedCall, .container, .reference, .function: true
        default: false
        }
    }

    private mutating func describeSimpleValue(_ index: UInt32, in step: inout Event) {
        let node = tree[index]
        step.value = .none
        step.container = .none
        switch node.kind {
        case .constant:
            switch node.constant {
            case .none: step.valueKind = .null
            case .string:
                step.valueKind = .string
                if let text = mention(index) { step.value = text }
            default: step.valueKind = .constant
            }
        case .joinedStr, .templateStr: step.valueKind = .string
        case .name, .attribute:
            step.valueKind = .unresolved
            if let (name, _) = dotted(index) {
                step.valueKind = .reference
                step.value = name
            }
        case .call: describeCall(node, as: .call, in: &step)
        case .await:
            step.valueKind = .unresolved
            if tree[node.a].kind == .call { describeCall(tree[node.a], as: .awaitedCall, in: &step) }
        case .dict, .dictComp: set(.dict, in: &step)
        case .list, .listComp: set(.list, in: &step)
        case .set, .setComp: set(.set, in: &step)
        case .tuple: set(.tuple, in: &step)
        case .lambda: step.valueKind = .function
        case .unaryOp: step.valueKind = tree[node.a].kind == .constant ? .constant : .unresolved
        default: step.valueKind = .unresolved
        }
    }

    private mutating func set(_ container: ContainerKind, in step: inout Event) {
        step.valueKind = .container
        step.container = container
    }

    private mutating func describeCall(_ node: Node, as kind: ValueKind, in step: inout Event) {
        step.valueKind = .unresolved
        // `deque[int]()`
        let callee = tree[node.a].kind == .subscript ? tree[node.a].a : node.a
        guard let (name, _) = dotted(callee) else { return }
        step.valueKind = kind
        step.value = name
        step.container = lastPart(of: name) { ContainerKind.named($0) }
        if step.container == .none { step.container = factoryContainer(node, name) }
    }

    /// `field(default_factory=dict)` of dataclasses, and `Field` and `ib` of those who copy it.
    private mutating func factoryContainer(_ call: Node, _ callee: Name) -> ContainerKind {
        for keyword in tree.list(call.c) {
            let node = tree[keyword]
            guard node.b != 0 else { continue }
            let argument = tree.bytes(node.start, node.b)
            guard Self.equals(argument, "default_factory") || Self.equals(argument, "factory") else { continue }
            let value = tree[node.a]
            switch value.kind {
            case .name, .attribute:
                guard let (name, _) = dotted(node.a) else { return .none }
                return lastPart(of: name) { ContainerKind.named($0) }
            case .lambda:
                var made = Event(.bind, line: 0, column: 0, declaration: 0)
                if tree[value.b].kind != .call { describeSimpleValue(value.b, in: &made) }
                return made.container
            default: return .none
            }
        }
        return .none
    }

    /// `Dict[str, int]`, `Optional[dict]`, `dict | None`, `ClassVar[Dict[...]]`, and the same in quotes as far as the first word.
    mutating func container(ofAnnotation index: UInt32) -> ContainerKind {
        var index = index
        for _ in 0..<6 {
            let node = tree[index]
            switch node.kind {
            case .name, .attribute:
                guard let (name, _) = dotted(index) else { return .none }
                return lastPart(of: name) { ContainerKind.named($0) }
            case .subscript:
                guard let (name, _) = dotted(node.a) else { return .none }
                let kind = lastPart(of: name) { ContainerKind.named($0) }
                guard kind == .none, lastPart(of: name, { Self.isWrapper($0) }) else { return kind }
                index = tree[node.b].kind == .tuple ? tree[node.b].a : node.b
                guard index != 0 else { return .none }
            case .binOp:
                index = tree[node.a].kind == .constant ? node.b : node.a
            case .constant:
                guard let text = literal(index) else { return .none }
                return names.withUTF8(of: text) { bytes in
                    let word = bytes.prefix { $0 != 0x5B && $0 != 0x20 && $0 != 0x7C }
                    let start = word.lastIndex(of: 0x2E).map { $0 + 1 } ?? word.startIndex
                    return ContainerKind.named(UnsafeBufferPointer(rebasing: word[start...]))
                }
            default: return .none
            }
        }
        return .none
    }

    private static func isWrapper(_ type: UnsafeBufferPointer<UInt8>) -> Bool {
        equals(type, "Optional") || equals(type, "ClassVar") || equals(type, "Final") || equals(type, "Annotated")
            || equals(type, "Union")
    }
}
