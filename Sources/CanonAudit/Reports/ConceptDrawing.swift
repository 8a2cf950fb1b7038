/// A concept as a drawing: from the importing folders through the import paths to the objects. A line is as wide as the number
/// of modules that take this way; registered ways are drawn apart from all others.
struct ConceptDrawing {
    let map: ConceptRoutes

    private static let rowHeight = 34
    private static let rowGap = 10
    private static let top = 30
    private static let width = 1080
    private static let columns = [(x: 0, width: 290), (x: 385, width: 310), (x: 790, width: 290)]
    /// More boxes in a column are no picture; the rest is one box.
    private static let maximumBoxes = 14

    private struct Box {
        var title: String
        var note: String
        var style: String
    }

    private struct Way {
        var from: Int
        var to: Int
        var modules: Int
        var isRegistered: Bool
    }

    private var folders: [Box] = []
    private var paths: [Box] = []
    private var objects: [Box] = []
    private var folderWays: [Way] = []
    private var pathWays: [Way] = []

    init(map: ConceptRoutes) {
        self.map = map
        drawObjects()
        drawPaths()
    }

    private mutating func drawObjects() {
        for object in map.objects.prefix(Self.maximumBoxes) {
            let names = object.aliases.isEmpty ? "" : ", \(object.aliases.count + 1) names"
            objects.append(
                Box(
                    title: object.symbol, note: "\(object.role), \(object.path):\(object.line)\(names)",
                    style: object.isCanonical || object.isFactory
                        ? "canonical" : object.role == "adapter" || object.role == "factory" ? "adapter" : "other"))
        }
    }

    private mutating func drawPaths() {
        let all = map.objects.prefix(Self.maximumBoxes).enumerated().flatMap { index, object in
            object.paths.map { (object: index, path: $0) }
        }.sorted { $0.path.modules > $1.path.modules }
        let shown = all.prefix(Self.maximumBoxes)
        // Folders by how many modules in them import, over all paths that are shown.
        var counts: [String: Int] = [:]
        for (_, path) in shown { for folder in path.folders { counts[folder.path, default: 0] += folder.modules } }
        let ranked = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
        let named = ranked.count > Self.maximumBoxes ? Array(ranked.prefix(Self.maximumBoxes - 1)) : ranked
        folders = named.map { Box(title: $0.key, note: AuditFigures.counted($0.value, "module"), style: "folder") }
        let rest = ranked.dropFirst(named.count)
        if !rest.isEmpty {
            folders.append(
                Box(
                    title: AuditFigures.counted(rest.count, "more folder"),
                    note: AuditFigures.counted(rest.reduce(0) { $0 + $1.value }, "module"),
                    style: "folder"))
        }
        let place = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($1.key, $0) })
        for (object, path) in shown {
            let number = paths.count
            paths.append(
                Box(
                    title: path.module,
                    note: AuditFigures.counted(path.modules, "module") + ", "
                        + AuditFigures.counted(path.statements, "statement"),
                    style: path.isRegistered ? "registered" : "wrong"))
            pathWays.append(Way(from: number, to: object, modules: path.modules, isRegistered: path.isRegistered))
            var into: [Int: Int] = [:]
            for folder in path.folders { into[place[folder.path] ?? folders.count - 1, default: 0] += folder.modules }
            for (from, modules) in into.sorted(by: { $0.key < $1.key }) {
                folderWays.append(Way(from: from, to: number, modules: modules, isRegistered: path.isRegistered))
            }
        }
    }

    var svg: String {
        let rows = max(folders.count, paths.count, objects.count, 1)
        let height = Self.top + rows * (Self.rowHeight + Self.rowGap)
        var svg =
            "<svg class=\"map\" viewBox=\"0 0 \(Self.width) \(height)\" role=\"img\" aria-label=\"\(HTMLText.escaped(label))\">"
        for (column, title) in ["Importing folders", "Import paths", "Objects"].enumerated() {
            svg += "<text class=\"column\" x=\"\(Self.columns[column].x)\" y=\"14\">\(title)</text>"
        }
        for way in folderWays { svg += line(way, from: 0, to: 1) }
        for way in pathWays { svg += line(way, from: 1, to: 2) }
        for (column, boxes) in [folders, paths, objects].enumerated() {
            for (row, box) in boxes.enumerated() { svg += drawing(box, column: column, row: row) }
        }
        return svg + "</svg>"
    }

    /// The same in words, for those who do not see it.
    private var label: String {
        let objects = map.objects.map { object in
            "\(object.symbol) (\(object.role)) through \(AuditFigures.counted(object.paths.count, "path")) from "
                + AuditFigures.counted(object.paths.reduce(0) { $0 + $1.modules }, "module")
        }
        return "\(map.name): " + objects.joined(separator: "; ")
    }

    private func y(_ row: Int) -> Int { Self.top + row * (Self.rowHeight + Self.rowGap) }

    private func line(_ way: Way, from: Int, to: Int) -> String {
        let start = (x: Self.columns[from].x + Self.columns[from].width, y: y(way.from) + Self.rowHeight / 2)
        let end = (x: Self.columns[to].x, y: y(way.to) + Self.rowHeight / 2)
        let middle = (start.x + end.x) / 2
        // 1 to 10 wide, by the logarithm: one module is seen, hundreds do not cover the rest.
        let width = 1 + min(9, way.modules.bitWidth - way.modules.leadingZeroBitCount)
        return
            "<path class=\"way \(way.isRegistered ? "registered" : "wrong")\" stroke-width=\"\(width)\" d=\"M\(start.x) \(start.y)"
            + "C\(middle) \(start.y) \(middle) \(end.y) \(end.x) \(end.y)\"/>"
    }

    private func drawing(_ box: Box, column: Int, row: Int) -> String {
        let (x, width) = Self.columns[column]
        let top = y(row)
        let title = HTMLText.escaped(Self.shortened(box.title, to: width / 7))
        return "<g class=\"box \(box.style)\"><title>\(HTMLText.escaped("\(box.title): \(box.note)"))</title>"
            + "<rect x=\"\(x)\" y=\"\(top)\" width=\"\(width)\" height=\"\(Self.rowHeight)\" rx=\"6\"/>"
            + "<text x=\"\(x + 8)\" y=\"\(top + 14)\">\(title)</text>"
            + "<text class=\"small\" x=\"\(x + 8)\" y=\"\(top + 27)\">"
            + "\(HTMLText.escaped(Self.shortened(box.note, to: width / 6)))</text></g>"
    }

    /// The end of a dotted name says more than its beginning.
    private static func shortened(_ text: String, to length: Int) -> String {
        text.count > length ? "…" + text.suffix(length - 1) : text
    }
}
