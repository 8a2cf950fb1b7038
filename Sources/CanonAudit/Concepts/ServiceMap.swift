import CanonCodeModel
import CanonFacts

/// Which files can be in one process.
///
/// Declared services decide where there are any. Without, two top-level packages go together when live code of one imports
/// the other, directly: what two services share goes with each of them, which does not make the two one.
struct ServiceMap: Sendable {
    /// The group of each file; groups are services, or top-level packages.
    private let groups: [UInt32]
    private let names: [String]
    /// Pairs of groups that go together, the smaller number first.
    private let pairs: Set<UInt64>
    private let isDeclared: Bool
    private let programs: SwiftPrograms

    init(manifest: Manifest, model: CodeModel, live: [FileID]) {
        isDeclared = !manifest.services.isEmpty
        programs = SwiftPrograms(model: model, live: live)
        var numbers: [Substring: UInt32] = [:]
        var names: [String] = []
        func number(_ name: Substring) -> UInt32 {
            if let known = numbers[name] { return known }
            numbers[name] = UInt32(names.count)
            names.append(String(name))
            return UInt32(names.count - 1)
        }
        let services = manifest.services.map { ($0.name, $0.modules.map { SymbolPattern($0.value) }) }
        for service in services { _ = number(service.0[...]) }
        let modulesOfFiles = model.files.indices.map {
            model.modules[Int(model.module(of: FileID(rawValue: UInt32($0))).rawValue)].name
        }
        groups = modulesOfFiles.map { name in
            if let service = services.first(where: { $0.1.contains { $0.covers(name) } }) {
                return number(service.0[...])
            }
            let top = name.firstPart(before: ".")
            return number(services.isEmpty ? top : "")
        }
        self.names = names
        var pairs: Set<UInt64> = []
        if isDeclared {
            for service in manifest.services {
                for other in service.mayImport {
                    guard let a = numbers[service.name[...]], let b = numbers[other.value[...]] else { continue }
                    pairs.insert(Self.pair(a, b))
                }
            }
        } else if names.count > 1 {
            for file in live {
                let group = groups[Int(file.rawValue)]
                for item in model.imports(in: file) where !item.context.contains(.typeChecking) {
                    guard let from = item.from, let target = model.file(of: from) else { continue }
                    let other = groups[Int(target.rawValue)]
                    if other != group { pairs.insert(Self.pair(group, other)) }
                }
            }
        }
        self.pairs = pairs
    }

    private static func pair(_ a: UInt32, _ b: UInt32) -> UInt64 { UInt64(min(a, b)) << 32 | UInt64(max(a, b)) }

    func together(_ a: FileID, _ b: FileID) -> Bool {
        if let answer = programs.together(a, b) { return answer }
        let (first, second) = (groups[Int(a.rawValue)], groups[Int(b.rawValue)])
        return first == second || pairs.contains(Self.pair(first, second))
    }

    func name(of file: FileID) -> String? {
        guard isDeclared else { return nil }
        let name = names[Int(groups[Int(file.rawValue)])]
        return name.isEmpty ? nil : name
    }
}
