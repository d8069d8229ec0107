package import Ledger

extension ValueWriter {
    /// What OFFERS answers.
    package mutating func offers(_ listing: OfferListing, _ names: some Naming) {
        map { writer in
            writer.key("available")
            writer.offers(listing.available, names)
            writer.key("locked")
            writer.offers(listing.locked, names)
            writer.key("taken")
            writer.offers(listing.taken, names)
        }
    }

    private mutating func offers(_ entries: [OfferListing.Entry], _ names: some Naming) {
        list { writer in
            for entry in entries { writer.offer(entry, names) }
        }
    }

    private mutating func offer(_ entry: OfferListing.Entry, _ names: some Naming) {
        map { writer in
            writer.key("offer")
            writer.text(entry.offer)
            writer.key("cost")
            writer.map { writer in
                for cost in entry.costs {
                    writer.key { text in
                        if let payer = cost.payer {
                            text.append(contentsOf: payer.utf8)
                            text.append(UInt8(ascii: " "))
                        }
                        text.appendBalance(cost.balance, names: names)
                    }
                    writer.number(cost.amount)
                }
            }
            writer.key("unmet")
            writer.list { writer in
                for sentence in entry.unmet { writer.text(sentence) }
            }
        }
    }
}
