public import CanonCodeModel

/// Live modules that import each other in a circle when they load.
public struct ImportCycles: Sendable {
    private let model: CodeModel
    private let cycles: LoadCycles

    public init(_ context: RuleContext) {
        let model = context.model
        var loads = [[FileID]](repeating: [], count: model.files.count)
        for file in context.liveFiles {
            loads[Int(file.rawValue)] = model.imports(in: file).compactMap { item in
                guard item.context.isDisjoint(with: [.function, .typeChecking]), let from = item.from else {
                    return nil
                }
                if case .module(let module) = item.target, let target = model.file(of: module) { return target }
                return model.file(of: from)
            }
        }
        self.model = model
        cycles = LoadCycles(loads: loads, from: context.liveFiles)
    }

    public func contains(_ module: ModuleID) -> Bool { model.file(of: module).map { cycles.contains($0) } ?? false }
}
