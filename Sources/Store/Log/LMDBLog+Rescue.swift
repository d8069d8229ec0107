extension LMDBLog: RescueStorage {
    package func lendUnreached(
        _ first: UInt64, _ take: (Span<UInt8>) -> Bool
    ) throws(StoreError) {
        try LeafPages(paths.logData, pages: pagesOutOfReach()).values(under: first, take)
    }

    package func save(_ bytes: [UInt8]) throws(StoreError) {
        try Directory.removeFile(paths.rescueDraft)
        let file = try File(paths.rescueDraft, .create)
        try file.write(bytes, at: 0)
        try file.synchronize()
        try Directory.rename(paths.rescueDraft, to: paths.rescue)
        try Directory.synchronize(paths.directory)
    }

    package func saved() throws(StoreError) -> [UInt8]? {
        guard try Directory.entry(paths.rescue) != nil else { return nil }
        let file = try File(paths.rescue, .read)
        return try file.read(count: try file.size(), at: 0)
    }

    package func removeSaved() throws(StoreError) {
        try Directory.removeFile(paths.rescue)
        try Directory.synchronize(paths.directory)
    }
}
