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

    /// As `clients/canon_inventory.py` logs it.
    private let own =
        #"{"schema":"canon.inventory/1","inventories":[{"source":"process 7 of shop.main","service":null,"revision":null,"#
        + #""instance":null,"concept":"rooms","at":"2025-09-16T01:00:00.250000Z","count":1,"names":["shop.rooms.Rooms","#
        + #""shop.old.Rooms"],"warning":null,"objects":[{"symbol":"shop.rooms.Rooms","id":140001,"names":"#
        + #"["shop.rooms.Rooms","shop.old.Rooms"]}]}]}"#

    @Test("an inventory that the program logged is read back, with the revision of the entry when it names none")
    func ownInventory() throws {
        var entries = ["Manager inventory: \(own)", own].enumerated().map { index, text in
            InventedLog.Entry(id: "e\(index)", Double(index), severity: "INFO", text: text)
        }
        entries.append(entries[0])
        let named = own.replacing("\"revision\":null", with: "\"revision\":\"shop-9\"")
        entries.append(
            InventedLog.Entry(id: "n", 9, severity: "INFO", text: "Manager inventory: \(named) (logged once)"))
        var collector = InventoryCollector()
        collector.read(MemorySource(InventedLog.list(entries)))
        let inventories = collector.inventories.inventories
        #expect(collector.incomplete.isEmpty)
        #expect(inventories.map(\.revision) == ["checkout-00007-abc", "shop-9"])
        #expect(inventories.map(\.count) == [2, 1])
        #expect(inventories[0].concept == "rooms" && inventories[0].warning == nil)
        #expect(inventories[0].names == ["shop.rooms.Rooms", "shop.old.Rooms"])
        #expect(inventories[0].at == "2025-09-16T01:00:00.250000Z")
        #expect(inventories[0].objects?.map(\.symbol) == ["shop.rooms.Rooms"])
        let schema = try JSONSchema(Repository.data("docs/schemas/inventory.schema.json"))
        #expect(try schema.problems(in: Data(LogJSON.bytes(collector.inventories))) == [])
    }

    @Test("an inventory that was cut off, or that is of a later form, is reported and not half believed")
    func brokenInventory() {
        var collector = InventoryCollector()
        let later = own.replacing("inventory/1", with: "inventory/2")
        collector.read(MemorySource(Array("INFO \(own.dropLast(40))\nINFO \(later)\n".utf8), name: "app.log"))
        #expect(collector.inventories.inventories.isEmpty)
        #expect(collector.incomplete.map(\.message).count == 2)
    }
}
