public import CanonCodeModel
import CanonFacts

/// A method of a double that says which contract it does not keep yet. It never succeeds in silence: a test that comes here fails.
public struct FailingStub: Hashable, Sendable {
    private let name: String
    private let signature: Signature
    private let contract: String

    /// - Parameter contract: the method that is stood for: `shop.bank.Bank.pay`.
    public init(name: String, signature: Signature, contract: String) {
        self.name = name
        self.signature = signature
        self.contract = contract
    }

    /// Lines without their ends.
    ///
    /// - Parameters:
    ///   - indentation: of what stands in the class.
    ///   - unit: what is added to it within the method.
    public func lines(indentation: String, unit: String) -> [String] {
        var lines: [String] = []
        if signature.isStatic { lines.append("@staticmethod") }
        if signature.isClassMethod { lines.append("@classmethod") }
        if signature.isProperty { lines.append("@property") }
        let receiver = signature.isStatic ? nil : signature.isClassMethod ? "cls" : "self"
        let parameters = ([receiver].compactMap(\.self) + Self.written(signature.parameters)).joined(separator: ", ")
        lines.append("\(signature.isAsync ? "async " : "")def \(name)(\(parameters)):")
        // Names are letters, digits and underscores: nothing to be escaped.
        lines.append(
            "\(unit)raise NotImplementedError(\"Contract: \(contract)(\(parameters)) is not kept by this double\")")
        return lines.map { indentation + $0 }
    }

    /// Without annotations: what they name is not imported here. A default is none of the contract's; nothing ever uses it.
    private static func written(_ parameters: [Signature.Parameter]) -> [String] {
        var words: [String] = []
        let lastPositionalOnly = parameters.lastIndex { $0.kind == .positionalOnly }
        var hasStar = false
        for (index, parameter) in parameters.enumerated() {
            switch parameter.kind {
            case .variadicPositional:
                words.append("*\(parameter.name)")
                hasStar = true
            case .variadicKeyword: words.append("**\(parameter.name)")
            case .keywordOnly:
                if !hasStar { words.append("*") }
                hasStar = true
                fallthrough
            default: words.append(parameter.name + (parameter.hasDefault ? "=None" : ""))
            }
            if index == lastPositionalOnly { words.append("/") }
        }
        return words
    }
}
