/// Buffers that pass from connection to connection, so that an idle one holds no memory and a busy
/// one allocates none.
struct BufferPool {
    private var inputs: [[UInt8]] = []
    private var outputs: [[UInt8]] = []

    /// A buffer of `inputBufferBytes` bytes to read into.
    mutating func takeInput() -> [UInt8] {
        inputs.popLast() ?? [UInt8](repeating: 0, count: ServerLimits.inputBufferBytes)
    }

    mutating func giveInput(_ buffer: consuming [UInt8]) {
        guard buffer.count == ServerLimits.inputBufferBytes,
            inputs.count < ServerLimits.pooledBuffersMax
        else { return }
        inputs.append(buffer)
    }

    /// An empty buffer to write into.
    mutating func takeOutput() -> [UInt8] { outputs.popLast() ?? [] }

    mutating func giveOutput(_ buffer: consuming [UInt8]) {
        guard buffer.capacity > 0, buffer.capacity <= ServerLimits.pooledBufferBytesMax,
            outputs.count < ServerLimits.pooledBuffersMax
        else { return }
        buffer.removeAll(keepingCapacity: true)
        outputs.append(buffer)
    }
}
