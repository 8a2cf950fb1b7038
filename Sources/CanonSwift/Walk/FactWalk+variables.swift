internal import CanonFacts
internal import SwiftSyntax

// Variables: of types, of the file, and of functions.
extension FactWalk {
    func facts(of node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        walk(node.attributes)
        for binding in node.bindings {
            guard let pattern = binding.pattern.as(IdentifierPatternSyntax.self) else {
                // `let (a, b) = pair`
                walk(binding)
                continue
            }
            let name = pattern.identifier.text
            if isInType || isAtTop, let accessors = binding.accessorBlock, !Self.isObserved(accessors) {
                enterProperty(node, name, binding)
                if let type = binding.typeAnnotation { walk(type) }
                walk(accessors)
                close(node, body: accessors)
            } else {
                keep(node, name, binding)
                if let type = binding.typeAnnotation { walk(type) }
                if let value = binding.initializer { walk(value) }
                if let accessors = binding.accessorBlock { walk(accessors) }
            }
        }
        return .skipChildren
    }

    /// `didSet` and `willSet` observe a stored property.
    private static func isObserved(_ block: AccessorBlockSyntax) -> Bool {
        guard case .accessors(let list) = block.accessors else { return false }
        return list.contains {
            $0.accessorSpecifier.tokenKind == .keyword(.didSet) || $0.accessorSpecifier.tokenKind == .keyword(.willSet)
        }
    }

    /// Notes a stored variable.
    private func keep(_ node: VariableDeclSyntax, _ text: String, _ binding: PatternBindingSyntax) {
        let value = binding.initializer.map { self.value(of: $0.value) } ?? Value()
        let type = binding.typeAnnotation.map { TypeSpelling($0.type) } ?? value.type
        emit(.bind, at: binding.pattern, name: text, value: value.text) {
            $0.binding = binding.initializer == nil ? .annotationOnly : type == nil ? .assignment : .annotated
            $0.form = .name
            $0.valueKind = value.kind
            $0.container = type?.container ?? value.container
        }
        guard isInType || isAtTop else {
            addLocal(text)
            return
        }
        if isAtTop { addLocal(text) }
        let modifiers = node.modifiers.map(\.name.text)
        let isShared = modifiers.contains("static") || modifiers.contains("class")
        var fact = StateFact(
            owner: isAtTop ? .module : isShared ? .class : .instance, name: name(text), declaration: declaration,
            line: place(of: binding.pattern).line)
        fact.container = type?.container ?? value.container
        fact.valueKind = value.kind
        fact.value = name(value.text)
        if let type { fact.annotation = name(type.text) }
        if node.bindingSpecifier.tokenKind == .keyword(.let) { fact.flags.insert(.isConstant) }
        if isShared { fact.flags.insert(.isClassVariable) }
        if binding.initializer == nil { fact.flags.insert(.isDeclaredOnly) }
        if fact.owner == .instance, let holder { fact.declaration = holder }
        state.append(fact)
    }

    // MARK: Names that patterns bind

    func facts(of node: IdentifierPatternSyntax) -> SyntaxVisitorContinueKind {
        if !isInType { addLocal(node.identifier.text) }
        return .skipChildren
    }

    func facts(of node: ClosureShorthandParameterSyntax) -> SyntaxVisitorContinueKind {
        addLocal(node.name.text)
        return .skipChildren
    }

    func facts(of node: ClosureParameterSyntax) -> SyntaxVisitorContinueKind {
        addLocal((node.secondName ?? node.firstName).text)
        return .visitChildren
    }
}
