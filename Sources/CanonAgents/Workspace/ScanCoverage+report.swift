import CanonWire

extension ScanCoverage {
    /// For programs.
    func json(limits: Workspace.Limits) -> JSONValue {
        [
            "files_found": .int(Int64(filesFound)), "files_searched": .int(Int64(filesSearched)),
            "bytes_searched": .int(bytesSearched), "binary_files": .int(Int64(binaryFiles)),
            "files_searched_in_part": .int(Int64(partialFiles)), "unreadable_files": .int(Int64(unreadableFiles)),
            "private_or_special_entries": .int(Int64(omissions.refused)),
            "skipped_folders": .array(omissions.skippedFolders.map { .string($0) }),
            "stopped_early": .bool(stoppedEarly), "complete": .bool(isComplete),
            "summary": .string(sentences(limits: limits)),
        ]
    }

    /// For a person: what was searched, and everything that was not.
    func sentences(limits: Workspace.Limits) -> String {
        var parts: [String] = []
        if stoppedEarly {
            parts.append(
                "Stopped at the time limit of \(shortNumber(limits.searchSeconds)) s: \(grouped(filesSearched)) of "
                    + "\(omissions.isLate ? "more than " : "")\(counted(filesFound, "file")) were searched "
                    + "(\(byteText(bytesSearched))). Name a folder or a file to search the rest.")
        } else {
            parts.append("Searched \(counted(filesSearched, "text file")) (\(byteText(bytesSearched))).")
        }
        if omissions.isCut {
            parts.append(
                "The workspace has more than \(grouped(limits.entries)) entries or folders deeper than "
                    + "\(limits.depth); what lies beyond was not searched.")
        }
        if partialFiles > 0 {
            parts.append(
                "Of \(counted(partialFiles, "long file")) only the first \(byteText(Int64(limits.readBytes))) "
                    + "was searched.")
        }
        if binaryFiles > 0 { parts.append("\(counted(binaryFiles, "binary file")) passed over.") }
        if unreadableFiles > 0 { parts.append("\(counted(unreadableFiles, "file")) could not be read.") }
        if omissions.skippedFolderCount > 0 {
            let names = omissions.skippedFolders.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
            let more = omissions.skippedFolderCount > 3 ? " and \(grouped(omissions.skippedFolderCount - 3)) more" : ""
            parts.append("Build and dependency folders left out: \(names)\(more).")
        }
        return parts.joined(separator: " ")
    }
}

/// `1 file`, `1,234 files`.
func counted(_ number: Int, _ noun: String) -> String {
    if number == 1 { return "1 \(noun)" }
    let plural = noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
    return "\(grouped(number)) \(plural)"
}

/// `1234567` as `1,234,567`.
func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return number < 0 ? "-" + text : text
}

/// Bytes in the unit a person would use, such as `3.4 MiB`.
func byteText(_ bytes: Int64) -> String {
    var value = Double(bytes)
    for unit in ["bytes", "KiB", "MiB", "GiB"] {
        if value < 1024 || unit == "GiB" {
            return unit == "bytes" ? counted(Int(bytes), "byte") : "\(shortNumber(value)) \(unit)"
        }
        value /= 1024
    }
    return "\(bytes) bytes"
}

/// One digit after the point, none when it is zero.
func shortNumber(_ value: Double) -> String {
    let tenths = Int64((value * 10).rounded())
    return tenths % 10 == 0 ? grouped(tenths / 10) : "\(grouped(tenths / 10)).\(abs(tenths % 10))"
}
