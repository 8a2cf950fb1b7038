import CanonGateway
import CanonStore
import Foundation

/// What the doctor asks of the machine, a closure each, so that a test can plant any fault.
struct Machine: Sendable {
    struct File: Sendable, Equatable {
        var isDirectory: Bool
        /// Permission bits.
        var mode: UInt32
        var owner: UInt32
        var modified: Date
    }

    enum PortState: Sendable, Equatable {
        case free
        /// Nil when the system does not tell, as for the processes of other users.
        case inUse(by: Process?)
        /// The system's words.
        case refused(String)
    }

    struct Process: Sendable, Equatable {
        var identifier: Int32
        var name: String
    }

    var userIdentifier: UInt32
    var now: @Sendable () -> Date
    /// Nil when there is no such file.
    var file: @Sendable (_ path: String) -> File?
    /// Names in a folder.
    var names: @Sendable (_ folder: String) -> Result<[String], SystemError>
    /// Bytes free for this user on the volume of a path, which need not exist.
    var freeBytes: @Sendable (_ path: String) -> Int?
    var isWritable: @Sendable (_ path: String) -> Bool
    var folder: @Sendable (_ path: String) -> DataFolderInspection
    var database: @Sendable (_ path: String) -> Result<DatabaseInspection, StoreError>
    var port: @Sendable (_ host: String, _ port: Int) -> PortState
    /// Nil when the connection stands; else the system's words.
    var connect: @Sendable (_ host: String, _ port: Int, _ timeout: Duration) -> String?
    /// Nil when files can be opened beneath a folder only (`openat2`); else the system's words.
    var confinedReads: @Sendable () -> SystemError?
    /// Reads the other issuer's keys, from a file or over the network.
    var keys: @Sendable (KeySetSource) async -> Result<PublicKeySet, KeySetError>

    static var current: Machine {
        Machine(
            userIdentifier: geteuid(),
            now: { Date() },
            file: MachineFiles.status,
            names: MachineFiles.names,
            freeBytes: MachineFiles.freeBytes,
            isWritable: { access($0, W_OK | X_OK) == 0 },
            folder: { DataFolderInspection(folder: $0) },
            database: { path in
                do {
                    return .success(try DatabaseInspection(path: path))
                } catch let error as StoreError {
                    return .failure(error)
                } catch {
                    return .failure(
                        StoreError(.database, place: path, cause: "\(error)", remedy: "Check the file and its folder."))
                }
            },
            port: MachineNetwork.state,
            connect: MachineNetwork.connect,
            confinedReads: MachineFiles.confinedReads,
            keys: { source in
                do throws(KeySetError) { return .success(try await source.load()) } catch { return .failure(error) }
            }
        )
    }
}
