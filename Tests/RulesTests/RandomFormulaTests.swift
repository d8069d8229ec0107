import Testing

@testable import Ledger

/// The values come from `Tests/EndToEnd/formulas.py`, which shares nothing with the ledger.
@Test("random formulas come to what an independent evaluator says")
func randomFormulasAgree() throws {
    let lines = String(decoding: try fixture("formulas/random.tsv"), as: UTF8.self)
        .split(separator: "\n")
    #expect(lines.count == 1500)
    let declarations = try declarationsOfModifiers()
    for line in lines {
        let columns = line.split(separator: "\t")
        #expect(
            value(of: Array(columns[0].utf8), declarations) == String(columns[1]), "\(columns[0])")
    }
}

/// Those that the evaluator knows, too.
private func declarationsOfModifiers() throws -> Declarations {
    let source = """
        { edition: 1, modifiers: {
          added: { percents: [20, -5] },
          chained: { percents: [10, 50], combine: 'chain', round: 'half_even' },
          low: { percents: [-150], round: 'truncate', least: 1 },
          dated: { round: 'floor', percents: [
            { percent: 50, from: '2024-02-29', until: '2024-03-01' },
            { percent: 30, from: '2024-03-01' },
            { percent: 7, until: '2024-02-29T13:45:11Z' } ] },
        } }
        """
    var parser = JSON5Parser(Array(source.utf8))
    var compiler = RulebookCompiler(names: NameTable())
    let document = parser.parse()
    _ = compiler.read(try #require(document))
    #expect(compiler.mistakes.isEmpty)
    return compiler.declarations
}

private func value(of text: [UInt8], _ declarations: Declarations) -> String {
    var scope = FormulaScope()
    scope.inputs = ["a", "b", "c", "d", "z"].map { FormulaScope.Input(name: $0, type: .number) }
    scope.inputs += ["yes", "no"].map { FormulaScope.Input(name: $0, type: .bool) }
    guard let formula = try? FormulaCompiler.compile(text, as: nil, scope, declarations) else {
        return "mistake"
    }
    var context = TestContext()
    context.inputs = [10, 3, -7, 4_000_000_000, 0, true, false]
    do {
        return try formula.evaluate(in: context).description
    } catch {
        return "\(error)"
    }
}
