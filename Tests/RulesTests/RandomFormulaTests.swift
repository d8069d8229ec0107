import Testing

@testable import Ledger

/// The values come from `Tests/EndToEnd/formulas.py`, which shares nothing with the ledger.
@Test("random formulas come to what an independent evaluator says")
func randomFormulasAgree() throws {
    let lines = String(decoding: try fixture("formulas/random.tsv"), as: UTF8.self)
        .split(separator: "\n")
    #expect(lines.count == 1500)
    for line in lines {
        let columns = line.split(separator: "\t")
        #expect(value(of: Array(columns[0].utf8)) == String(columns[1]), "\(columns[0])")
    }
}

private func value(of text: [UInt8]) -> String {
    var scope = FormulaScope()
    scope.inputs = ["a", "b", "c", "d", "z"].map { FormulaScope.Input(name: $0, type: .number) }
    scope.inputs += ["yes", "no"].map { FormulaScope.Input(name: $0, type: .bool) }
    let declarations = Declarations(names: NameTable())
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
