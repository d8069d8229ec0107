/// Rows with aligned columns: text to the left, numbers to the right.
struct Table {
    struct Cell {
        var text: String
        var isNumber: Bool
        /// How the text is dressed up; its width is that of the plain text.
        var dress: ((String) -> String)?

        init(_ text: String, isNumber: Bool = false, dress: ((String) -> String)? = nil) {
            self.text = Escape.forTerminal(text)
            self.isNumber = isNumber
            self.dress = dress
        }

        static func number(_ value: some BinaryInteger) -> Cell {
            Cell(NumberFormat.grouped(value), isNumber: true)
        }
    }

    var header: [String] = []
    var rows: [[Cell]] = []
    var indent = 0

    func print(to console: Console) {
        for line in lines(style: console.style) { console.output.line(line) }
    }

    func lines(style: Style) -> [String] {
        let columns = max(header.count, rows.map(\.count).max() ?? 0)
        guard columns > 0, !rows.isEmpty else { return [] }
        let widths = (0..<columns).map { column in
            max(
                column < header.count ? header[column].count : 0,
                rows.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0)
        }
        let isNumeric = (0..<columns).map { column in
            rows.contains { column < $0.count && $0[column].isNumber }
        }
        var result: [String] = []
        if !header.isEmpty {
            let cells = header.enumerated().map {
                Cell($1, isNumber: isNumeric[$0], dress: style.faint)
            }
            result.append(line(cells, widths: widths))
        }
        for row in rows { result.append(line(row, widths: widths)) }
        return result
    }

    private func line(_ cells: [Cell], widths: [Int]) -> String {
        var line = String(repeating: " ", count: indent)
        for (column, cell) in cells.enumerated() {
            let text = cell.dress?(cell.text) ?? cell.text
            let space = String(repeating: " ", count: widths[column] - cell.text.count)
            let isLast = column == cells.count - 1
            line += cell.isNumber ? space + text : text + (isLast ? "" : space)
            if !isLast { line += "  " }
        }
        return line
    }
}
