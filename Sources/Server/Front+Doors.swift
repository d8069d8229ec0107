import Ledger
import Wire

// Who is let in, through which door, and who is turned away.

extension Front {
    func accept(_ listener: Listener) {
        guard !isDraining else { return }
        for _ in 0..<ServerLimits.acceptsPerTurnMax {
            switch Syscall.accept(listener.descriptor) {
            case .connection(let descriptor): admit(descriptor, listener)
            case .none: return
            case .failed: return
            case .exhausted: return shedOne(listener)
            }
        }
    }

    /// No descriptor is left: the spare one lets us take a peer in just to show it out, so that the
    /// door doesn't call for us in vain again and again.
    private func shedOne(_ listener: Listener) {
        counters.descriptorsExhausted += 1
        spareDescriptor = nil
        if case .connection(let descriptor) = Syscall.accept(listener.descriptor) {
            _ = Syscall.send(descriptor.rawValue, Self.full, 0..<Self.full.count)
        }
        spareDescriptor = Syscall.reserve()
    }

    private static let full = Array("-ERR max number of clients reached\r\n".utf8)

    private func admit(_ descriptor: consuming FileDescriptor, _ listener: Listener) {
        // What operators have taken of their places is no longer kept free.
        let reserved =
            listener.door.role.contains(.operate)
            ? 0 : max(0, ServerLimits.connectionsReserved - table.operatorCount)
        guard table.count < settings.connectionsMax - reserved else {
            counters.connectionsRefused += 1
            _ = Syscall.send(descriptor.rawValue, Self.full, 0..<Self.full.count)
            return
        }
        guard let credentials = Syscall.credentials(of: descriptor),
            let role = settings.policy.role(listener.door.role, uid: credentials.uid)
        else {
            counters.peersDenied += 1
            return
        }
        let allowed = settings.rations.connections
        guard allowed == 0 || table.count(of: credentials.uid) < allowed else {
            counters.connectionsRefused += 1
            _ = Syscall.send(descriptor.rawValue, Self.full, 0..<Self.full.count)
            return
        }
        Syscall.setSendBuffer(descriptor, bytes: ServerLimits.sendBufferBytes)
        counters.connectionsAccepted += 1
        let raw = descriptor.rawValue
        let connection = table.insert { id, slot, generation in
            Connection(
                id: id, slot: slot, generation: generation,
                peer: Peer(uid: credentials.uid, role: role), pid: credentials.pid,
                door: listener.door, now: now)
        }
        connection.open(descriptor)
        let token = PollToken(.connection, slot: connection.slot, generation: connection.generation)
        do throws(SystemFault) {
            try poller.addConnection(raw, token)
        } catch {
            return close(connection)
        }
    }
}
