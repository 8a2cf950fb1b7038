internal import SwiftSyntax

/// Goes through the tree and hands each node that tells something to ``FactWalk``: a subclass can override, an extension
/// cannot.
final class FactVisitor: FactWalk {
    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: MemberAccessExprSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: MemberTypeSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: SequenceExprSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: DeinitializerDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: ReturnStmtSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: ActorDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: ExtensionDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: TypeAliasDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: ImportDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: IdentifierPatternSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: ClosureShorthandParameterSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }
    override func visit(_ node: ClosureParameterSyntax) -> SyntaxVisitorContinueKind { facts(of: node) }

    override func visitPost(_ node: FunctionDeclSyntax) { end(node) }
    override func visitPost(_ node: InitializerDeclSyntax) { end(node) }
    override func visitPost(_ node: DeinitializerDeclSyntax) { end(node) }
    override func visitPost(_ node: SubscriptDeclSyntax) { end(node) }
    override func visitPost(_ node: ClassDeclSyntax) { end(node) }
    override func visitPost(_ node: StructDeclSyntax) { end(node) }
    override func visitPost(_ node: EnumDeclSyntax) { end(node) }
    override func visitPost(_ node: ActorDeclSyntax) { end(node) }
    override func visitPost(_ node: ProtocolDeclSyntax) { end(node) }
    override func visitPost(_ node: ExtensionDeclSyntax) { end(node) }
}
