public import CanonCodeModel

/// Live modules that import each other in a circle when they load.
public struct ImportCycles: Sendable {
    private var members: Set<ModuleID> = []

    /// Tarjan's strongly connected components, with a stack of its own: chains of imports are long.
    public init(_ context: RuleContext) {
        let model = context.model
        let files = context.liveFiles
        var edges: [FileID: [FileID]] = [:]
        for file in files {
            edges[file] = model.imports(in: file).compactMap { item in
                guard item.context.isDisjoint(with: [.function, .typeChecking]), let from = item.from else {
                    return nil
                }
                if case .module(let module) = item.target, let target = model.file(of: module) { return target }
                return model.file(of: from)
            }
        }
        var numbers: [FileID: Int] = [:]
        var low: [FileID: Int] = [:]
        var onStack: Set<FileID> = []
        var stack: [FileID] = []
        for root in files where numbers[root] == nil {
            var path: [(file: FileID, next: Int)] = [(root, 0)]
            while let (file, next) = path.last {
                if numbers[file] == nil {
                    numbers[file] = numbers.count
                    low[file] = numbers[file]
                    stack.append(file)
                    onStack.insert(file)
                }
                let targets = edges[file] ?? []
                if next < targets.count {
                    path[path.count - 1].next += 1
                    let target = targets[next]
                    if numbers[target] == nil {
                        path.append((target, 0))
                    } else if onStack.contains(target) {
                        low[file] = min(low[file]!, numbers[target]!)
                    }
                    continue
                }
                path.removeLast()
                if let parent = path.last?.file { low[parent] = min(low[parent]!, low[file]!) }
                guard low[file] == numbers[file] else { continue }
                var component: [FileID] = []
                while let member = stack.popLast() {
                    onStack.remove(member)
                    component.append(member)
                    if member == file { break }
                }
                if component.count > 1 { members.formUnion(component.map { model.module(of: $0) }) }
            }
        }
    }

    public func contains(_ module: ModuleID) -> Bool { members.contains(module) }
}
