/// Sizes for people, in units of 1000 (SI).
enum ByteCount {
    static func text(_ bytes: Int) -> String {
        let units = ["bytes", "kB", "MB", "GB", "TB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0 else { return "\(bytes) \(bytes == 1 ? "byte" : "bytes")" }
        let tenths = Int((value * 10).rounded())
        let shown = tenths < 100 ? "\(tenths / 10).\(tenths % 10)" : String(Int(value.rounded()))
        return "\(shown) \(units[unit])"
    }
}
