import CanonLogs
import CanonTestSupport
import Foundation
import Testing

@Suite("Runtime inventories")
struct RuntimeInventoryTests {
    private let warning =
        "Found other WebSocket Manager classes: ['shop.rooms.Rooms', \"shop.chat.RoomManager\", 'shop.rooms.Rooms']"

    @Test("the same list of one revision is one inventory, with how often and when it was said last")
    func lists() throws {
        var entries = (0..<3).map {
            InventedLog.Entry(id: "e\($0)", Double($0), severity: "WARNING", text: "SSOT WARNING: \(warning)")
        }
        entries.append(InventedLog.Entry(id: "x", 3, severity: "INFO", text: "nothing of it"))
        entries.append(entries[0])
        var other = InventedLog.Entry(id: "o", 4, severity: "WARNING", text: warning)
        other.revision = "checkout-00008-def"
        var collector = InventoryCollector()
        collector.read(MemorySource(InventedLog.list(entries + [other])))
        let inventories = collector.inventories.inventories
        #expect(inventories.count == 2)
        #expect(inventories[0].count == 3)
        #expect(inventories[0].names == ["shop.rooms.Rooms", "shop.chat.RoomManager"])
        #expect(inventories[0].source == "log of revision checkout-00007-abc")
        #expect(inventories[0].at == "2025-09-16T00:00:02.000000Z")
        #expect(inventories[0].warning == "Found other WebSocket Manager classes")
        #expect(collector.incomplete.isEmpty)
        let schema = try JSONSchema(Repository.data("docs/schemas/inventory.schema.json"))
        #expect(try schema.problems(in: Data(LogJSON.bytes(collector.inventories))) == [])
        let text = String(decoding: LogJSON.bytes(collector.inventories), as: UTF8.self)
        #expect(try !schema.problems(in: Data(text.replacing("\"names\"", with: "\"nomen\"").utf8)).isEmpty)
    }

    @Test("plain text has neither a service nor a revision; a list that was cut off is reported")
    func text() throws {
        var collector = InventoryCollector()
        collector.read(
            MemorySource(Array("WARNING \(warning)\nWARNING \(warning.dropLast(30))\n".utf8), name: "app.log"))
        let inventories = collector.inventories.inventories
        #expect(inventories.count == 1)
        #expect(inventories[0].service == nil && inventories[0].revision == nil)
        #expect(inventories[0].source == "log app.log")
        #expect(collector.incomplete.count == 1)
        let schema = try JSONSchema(Repository.data("docs/schemas/inventory.schema.json"))
        #expect(try schema.problems(in: Data(LogJSON.bytes(collector.inventories))) == [])
    }
}
