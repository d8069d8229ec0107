/// What the numbers in events stand for, as of some event: for whoever reads on while the state, which
/// can't be copied, goes its way.
package struct StateNames: Sendable {
    package let words: Words
    package let rulebooks: [State.AdoptedRules]
    /// Ids since the last checkpoint; all there are, where no checkpoint was taken.
    package let newIDs: NewIDs
    private let actors: [Actor]

    fileprivate init(_ state: borrowing State) {
        words = state.words
        rulebooks = state.rulebooks
        newIDs = state.newIDs
        actors = state.actors
    }

    package func actor(_ number: UInt32) -> Actor? {
        number == 0 || Int(number) > actors.count ? nil : actors[Int(number) - 1]
    }
}

extension State {
    package var names: StateNames { StateNames(self) }
}
