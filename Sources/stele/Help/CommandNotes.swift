/// What may follow the arguments of any write, for people.
enum WriteOptionHelp {
    static let all: [(String, String)] = [
        ("KEY token", "do it at most once: the same KEY again answers what was answered first"),
        ("BY account", "who did it on behalf of whom"),
        ("MEMO text", "a note, kept encrypted with the account's own key"),
        ("CAUSE seq", "the event that it follows from"),
        ("EXPECT seq", "refuse unless this is the account's last event (0: never seen)"),
        ("AT time", "when it happened, if not now: RFC 3339 or @microseconds (role operate)"),
        ("DRYRUN", "tell what would happen, write nothing"),
    ]
}

/// What the grammar of a daemon's command doesn't say, by the command's words.
enum CommandNotes {
    static let notes: [String: String] = [
        "award": "  Amounts are whole numbers of the currency's smallest unit, at least 1.",
        "record":
            "  What follows (postings, rungs, marks) is the rulebook's to decide; inputs are name=value.",
        "settle": "  Settling less than the hold releases the rest.",
        "reverse": "  The event stays; another one takes back what it did, or a part of it.",
        "forget":
            "  Destroys the account's key: its id, memos and texts can't be read any more, in no copy of\n  the log. Balances and events stay under a number.",
        "fact": "  An empty value clears the fact; an absent fact isn't 0.",
        "history":
            "  `*` instead of an account lists the whole ledger. Newest first; the next page: BEFORE the\n  last sequence number shown.",
        "top":
            "  Of equal accounts who got there first stands first; how they are ranked is the board's to\n  say. FROM lists those whose rank is that or a later one.",
        "run":
            "  Answers when all accounts have had their turn. The same period again answers what came of it\n  the first time. Without FOR it is the period of AT, or of now.",
        "stats":
            "  SINCE counts what was recorded since then; where accounts stand is as of now.",
        "why": "  Explains a balance to its last event.",
        "claim":
            "  The offer's parameters are name=value, as OFFERS lists them.",
        "offers":
            "  Each offer is printed as CLAIM takes it, with its cost and what is unmet. What the\n  account can afford plays no part.",
        "rules put":
            "  The file is sent whole; `-` reads standard input. Mistakes are printed one a line, as\n  file:line:column: what is wrong and what would be right. Ends with 3 if it isn't adopted.",
        "rules diff":
            "  The whole history is decided again under FILE, which is not adopted; writes go on meanwhile.\n  One at a time (BUSY). `stele whatif` does the same on the files, with a progress bar. Mistakes\n  are printed as by `rules check`, and end it with 1.",
        "rules check":
            "  Needs no daemon. `-` reads standard input. Mistakes are printed one a line, as\n  file:line:column: what is wrong and what would be right. Ends with 1 if there are any.",
    ]

    static let examples: [String: [String]] = [
        "award": [
            "stele award alice xp 100",
            "stele award alice reputation:lmdb 5 KEY 7f3a MEMO 'first release'",
        ],
        "spend": ["stele spend alice coin 250 FOR sword", "stele spend alice coin 250 DRYRUN"],
        "transfer": ["stele transfer alice bob coin 10 KEY 7f3b"],
        "hold": ["stele hold alice coin 100 UNTIL 2027-01-01T00:00:00Z"],
        "settle": ["stele settle 1042", "stele settle 1042 60"],
        "release": ["stele release 1042"],
        "record": ["stele record alice contribution project=lmdb files=3 merge=0"],
        "claim": [
            "stele claim alice item id=boost-2", "stele claim alice reward tier=5 track=free",
        ],
        "offers": ["stele offers alice", "stele offers alice item"],
        "fact": [
            "stele fact alice class_level:fighter 3", "stele fact alice class_level:fighter ''",
        ],
        "reverse": ["stele reverse 1042", "stele reverse 1042 20 MEMO 'paid twice'"],
        "freeze": ["stele freeze alice MEMO 'looked into'"],
        "forget": ["stele forget alice"],
        "balance": ["stele balance alice xp", "stele balance alice xp ASOF 2026-01-01T00:00:00Z"],
        "profile": ["stele profile alice", "stele profile alice --json"],
        "history": [
            "stele history alice COUNT 50",
            "stele history '*' KIND spend SINCE 2026-01-01T00:00:00Z",
        ],
        "event": ["stele event 1042"],
        "top": ["stele top points", "stele top points COUNT 100 FROM 101"],
        "rank": ["stele rank points alice", "stele rank points alice AROUND 3"],
        "stats": ["stele stats", "stele stats SINCE 2026-01-05T00:00:00Z --json"],
        "run": ["stele run streak_bonus", "stele run weekly_goals FOR 2026-W02"],
        "why": ["stele why alice xp"],
        "xread": ["stele xread BLOCK 0 STREAMS log '$'"],
        "xrange": ["stele xrange log:alice - + COUNT 10"],
        "subscribe": ["stele subscribe account:alice", "stele --json subscribe notice:level_up"],
        "psubscribe": ["stele psubscribe 'account:guild-7/*'"],
        "rules put": ["stele rules put rulebook.json5"],
        "rules check": ["stele rules check rulebook.json5"],
        "rules diff": ["stele rules diff next.json5", "stele rules diff next.json5 --json"],
        "rules": [
            "stele rules list", "stele rules check rulebook.json5",
            "stele rules put rulebook.json5",
        ],
        "info": ["stele info", "stele info log --json"],
    ]
}
