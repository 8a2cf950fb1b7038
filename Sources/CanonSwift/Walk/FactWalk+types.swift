internal import CanonFacts
internal import SwiftSyntax

// Types and extensions.
extension FactWalk {
    func facts(of node: ClassDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, "class", node.classKeyword, node.name.text, node.inheritanceClause, node.genericParameterClause)
    }
    func end(_ node: ClassDeclSyntax) { close(node) }

    func facts(of node: StructDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, "struct", node.structKeyword, node.name.text, node.inheritanceClause, node.genericParameterClause)
    }
    func end(_ node: StructDeclSyntax) { close(node) }

    func facts(of node: EnumDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, "enum", node.enumKeyword, node.name.text, node.inheritanceClause, node.genericParameterClause)
    }
    func end(_ node: EnumDeclSyntax) { close(node) }

    func facts(of node: ActorDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, "actor", node.actorKeyword, node.name.text, node.inheritanceClause, node.genericParameterClause)
    }
    func end(_ node: ActorDeclSyntax) { close(node) }

    func facts(of node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node, "protocol", node.protocolKeyword, node.name.text, node.inheritanceClause, nil)
    }
    func end(_ node: ProtocolDeclSyntax) { close(node) }

    func facts(of node: ExtensionDeclSyntax) -> SyntaxVisitorContinueKind {
        let name = TypeSpelling.text(node.extendedType)
        let head = String(name.prefix { $0 != "[" })
        _ = enter(node, "extension", node.extensionKeyword, head, node.inheritanceClause, nil)
        // All but the type itself: who extends it does not use it.
        if let bases = node.inheritanceClause { walk(bases) }
        if let conditions = node.genericWhereClause { walk(conditions) }
        walk(node.memberBlock)
        return .skipChildren
    }
    func end(_ node: ExtensionDeclSyntax) { close(node) }

    private func enter(
        _ node: some DeclGroupSyntax, _ word: String, _ keyword: TokenSyntax, _ text: String,
        _ inheritance: InheritanceClauseSyntax?, _ generics: GenericParameterClauseSyntax?
    ) -> SyntaxVisitorContinueKind {
        let place = place(of: keyword)
        var declaration = Declaration(
            kind: .class, name: name(text), parent: declaration, event: 0, line: place.line, column: place.column)
        let modifiers = node.modifiers.map(\.name.text)
        let bases = inheritance.map { $0.inheritedTypes.map { TypeSpelling.text($0.type) }.filter { !$0.isEmpty } }
        setLists(
            of: &declaration, decorators: attributes(node.attributes), bases: bases ?? [], keywords: [word] + modifiers)
        if generics != nil { declaration.flags.insert(.isGeneric) }
        if word == "extension" { declaration.flags.insert(.isExtension) }
        if Self.isPrivate(modifiers) { declaration.flags.insert(.isUnlisted) }
        open(declaration, isType: true)
        if word != "extension", word != "protocol" { hold(HeldState(node.memberBlock.members)) }
        return .visitChildren
    }

    static func isPrivate(_ modifiers: [String]) -> Bool {
        modifiers.contains("private") || modifiers.contains("fileprivate")
    }

    /// The texts of attributes, and whether they have arguments.
    func attributes(_ list: AttributeListSyntax) -> [(String, Bool)] {
        list.compactMap { element in
            guard case .attribute(let attribute) = element else { return nil }
            return (TypeSpelling.text(attribute.attributeName), attribute.arguments != nil)
        }
    }

    func facts(of node: TypeAliasDeclSyntax) -> SyntaxVisitorContinueKind {
        let text = String(TypeSpelling.text(node.initializer.value).prefix { $0 != "[" })
        // An alias of something that has no name is a name of its own.
        emit(.bind, at: node.name, name: node.name.text, value: text) {
            $0.binding = .assignment
            $0.form = .name
            $0.valueKind = text.isEmpty ? .unresolved : .reference
        }
        return .visitChildren
    }

    func facts(of node: ImportDeclSyntax) -> SyntaxVisitorContinueKind {
        // `import struct Foundation.URL`, `import Foundation.NSURL`: the module is the first part.
        if let module = node.path.first { emit(.importModule, at: node, name: module.name.text) }
        return .skipChildren
    }
}

/// Containers of nested structs that a type itself keeps: it holds the one instance, mostly behind a lock.
///
///     private struct State { var connections: [ID: Connection] = [:] }
///     private let state = Mutex(State())
struct HeldState {
    private(set) var names: Set<String> = []
    /// The nested structs that are held.
    private(set) var types: Set<String> = []

    init(_ members: MemberBlockItemListSyntax) {
        var structs: [String: StructDeclSyntax] = [:]
        for member in members {
            if let type = member.decl.as(StructDeclSyntax.self) { structs[type.name.text] = type }
        }
        guard !structs.isEmpty else { return }
        for member in members {
            guard let variable = member.decl.as(VariableDeclSyntax.self) else { continue }
            for binding in variable.bindings where binding.accessorBlock == nil {
                guard let held = Self.heldType(of: binding), let type = structs[held] else { continue }
                types.insert(held)
                for inner in type.memberBlock.members {
                    guard let variable = inner.decl.as(VariableDeclSyntax.self) else { continue }
                    for binding in variable.bindings {
                        if let name = binding.pattern.as(IdentifierPatternSyntax.self) {
                            names.insert(name.identifier.text)
                        }
                    }
                }
            }
        }
    }

    /// `State` of `Mutex<State>`, `Mutex(State())`, `NIOLockedValueBox(State())` and of `State` itself.
    private static func heldType(of binding: PatternBindingSyntax) -> String? {
        if let type = binding.typeAnnotation?.type { return TypeSpelling(type).text }
        guard let call = binding.initializer?.value.as(FunctionCallExprSyntax.self) else { return nil }
        if let first = call.arguments.first?.expression.as(FunctionCallExprSyntax.self) {
            return first.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text
        }
        return call.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text
    }
}
