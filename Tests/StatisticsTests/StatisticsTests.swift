// Statistics. Properties proved here:
// 1. The normal distribution's functions agree with SciPy's figures, and the quantile undoes the distribution.
// 2. Special functions agree with SciPy's figures.
// 3. The simplex finds the least value of Rosenbrock's function; it stays within its bounds.
// 4. A system is solved; a matrix that is not positive definite is refused.
// 5. Rows of a file: names in any order and case, quotation marks, refusals, missing columns.

import Numbers
import Statistics
import Testing

@Suite struct StatisticsTests {
  @Test("1: normal")
  func normal() {
    #expect(abs(NormalDistribution.cumulative(1.96) - 0.9750021048517795) < 1e-14)
    #expect(abs(NormalDistribution.quantile(0.975) - 1.959963984540054) < 1e-12)
    #expect(abs(NormalDistribution.quantile(1e-10) + 6.361340902404056) < 1e-9)
    #expect(abs(NormalDistribution.loss(0.5) - 0.19779655740130608) < 1e-14)
    #expect(NormalDistribution.quantile(0) == -.infinity && NormalDistribution.quantile(1) == .infinity)
    for step in 1..<100 {
      let p = Double(step) / 100
      #expect(abs(NormalDistribution.cumulative(NormalDistribution.quantile(p)) - p) < 1e-13)
    }
    // ½ E[max(0, Z − z)²] as a sum over a fine grid.
    let grid = (0..<400_000).reduce(0.0) { sum, step in
      let x = 0.3 + (Double(step) + 0.5) * 2e-5
      return sum + (x - 0.3) * (x - 0.3) / 2 * NormalDistribution.density(x) * 2e-5
    }
    #expect(abs(NormalDistribution.secondOrderLoss(0.3) - grid) < 1e-8)
  }

  @Test("2: special functions")
  func special() {
    #expect(abs(logGamma(0.24259) - 1.3198290596192586) < 1e-9)
    #expect(abs(logBeta(2, 3) + 2.4849066497880004) < 1e-12)
    // ₂F₁(1, 1; 2; z) = −ln(1 − z) / z
    #expect(abs(hypergeometric(1, 1, 2, 0.9) - 2.5584278811044947) < 1e-12)
    // ₂F₁(2, 3; 3; z) = (1 − z)⁻²
    #expect(abs(hypergeometric(2, 3, 3, 0.95) - 400) < 1e-9)
  }

  @Test("3: the simplex")
  func simplex() {
    let free = NelderMead.precise.minimum(from: [-1.2, 1]) { x in
      let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
      return a * a + 100 * b * b
    }
    #expect(free.point.allSatisfy { abs($0 - 1) < 1e-3 })
    var seen = true
    let bounded = NelderMead.precise.minimum(from: [0.5, 0.5], within: [0.1...0.9, 0.2...0.8]) { x in
      seen = seen && (0.1...0.9).contains(x[0]) && (0.2...0.8).contains(x[1])
      return (x[0] - 2) * (x[0] - 2) + (x[1] - 0.4) * (x[1] - 0.4)
    }
    #expect(seen && abs(bounded.point[0] - 0.9) < 1e-4 && bounded.value < 1.3)
  }

  @Test("4: linear systems")
  func systems() throws {
    let solved = try #require(solvedPositiveDefinite([4, 2, 2, 3], [2, 5]))
    #expect(abs(solved[0] + 0.5) < 1e-12 && abs(solved[1] - 2) < 1e-12)
    #expect(solvedPositiveDefinite([1, 2, 2, 1], [1, 1]) == nil)
    #expect([1.0, 2, 3, 4].quantile(0.5) == 2.5 && abs([2.0, 4].deviation - 2.0.squareRoot()) < 1e-12)
  }

  @Test("5: rows of a file")
  func rows() throws {
    let columns = [["product"], ["units", "qty"], ["price"]]
    var rows = try DelimitedRows(
      Array("\u{FEFF}Qty;Product\n3;\"a;\"\"b\"\"\"\n\n ;c\r\n".utf8), columns: columns, required: 2)
    let one = rows.next()
    let first = try #require(one)
    #expect(first.fields == ["a;\"b\"", "3", nil] && first.line == 2)
    let two = rows.next()
    let second = try #require(two)
    #expect(second.fields == ["c", nil, nil] && second.line == 4)
    let three = rows.next()
    #expect(three == nil)
    rows.refuse(4, "no units")
    #expect(rows.refusals.map(\.description) == ["line 4: no units"])
    let fault = try #require(throws: DelimitedRows.Unusable.self) {
      _ = try DelimitedRows(Array("a,b\n1,2\n".utf8), columns: columns, required: 1)
    }
    #expect(fault.description == "the first line names no column 'product'; it has a, b")
  }
}
