import Bootstrap
import Ranking
import SearchDSL
import SearchService
import Understanding
import Web

/// An evaluation of relevance as one self-contained HTML page: no script, no other file.
package struct RelevancePage {
  /// Products that a query's change shows on each side.
  private static let maxShown = 5
  /// Queries of each kind that a comparison shows; the JSON has all.
  private static let maxChanges = 10

  let report: RelevanceReport

  package init(
    report: RelevanceReport
  ) {
    self.report = report
  }

  package var text: String {
    let title = "Relevance on \(report.judgmentsFile.split(separator: "/").last.map(String.init) ?? "judgments")"
    let html: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="description" content="How good the shop's search is on people's judgments, and what each of its steps is worth.">
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      <style>\(Self.style)</style>
      </head>
      <body>
      <main>
      <h1>\(title)</h1>
      <p>\(report.productCount) products of source \(report.source) in \(report.engine.distribution) \(report.engine.version). \(report.queryCount) queries, of which \(report.queriesWithRelevant) have a product rated above 0; the figures are means over those. Weights \(report.weights.fingerprint), seed \(String(report.seed)).</p>
      \(missingProducts)
      \(figures)
      \(report.ablations.isEmpty ? "" : ablations)
      \(report.againstPlain.map { comparison($0, title: "The shop against the best plain form", isOpen: true) } ?? "")
      \(queries)
      </main>
      </body>
      </html>

      """
    return html.text
  }

  private var missingProducts: HTML {
    guard report.judgmentsWithoutProduct > 0 else { return "" }
    return "<p>\(report.judgmentsWithoutProduct) judged products are not in the catalog.</p>"
  }

  // MARK: Figures

  private var figures: HTML {
    let rows = report.plainRows + [report.shopRow]
    let chart = Chart.bars(
      label: "nDCG at 10 of each ranking",
      rows.map { row in
        let value = row.run.mean(.ndcg10) ?? 0
        return Chart.Bar(
          name: row.name, value: value, text: decimal(value, 4), isMain: row.name == report.shopRow.name)
      })
    let heads = RelevanceMetric.allCases.map { metric -> HTML in "<th scope=\"col\">\(metric.label)</th>" }
    let body = rows.map { row -> HTML in
      let cells = RelevanceMetric.allCases.map { metric -> HTML in "<td>\(decimal(row.run.mean(metric), 4))</td>" }
      return """
        <tr><th scope="row">\(row.name)</th>\(cells)<td>\(decimal(row.known, 4))</td><td>\(decimal(row.run.zeroResultRate * 100, 1)) %</td><td>\(decimal(row.p50Milliseconds, 2))</td><td>\(decimal(row.p99Milliseconds, 2))</td></tr>

        """
    }
    return """
      <h2>Rankings</h2>
      \(chart)
      \(table(
        label: "Figures of each ranking",
        head:
          "<tr><th scope=\"col\">Ranking</th>\(heads)<th scope=\"col\">known nDCG@10</th><th scope=\"col\">found nothing</th><th scope=\"col\">p50 ms</th><th scope=\"col\">p99 ms</th></tr>",
        body: body))
      <p>Gains are 2<sup>rating</sup> − 1, a product that nobody judged counts 0. Times are of one page of ten. The known figures are what Elasticsearch and OpenSearch give.</p>
      """
  }

  private func table(label: String, head: HTML, body: [HTML]) -> HTML {
    """
    <div class="scroll" role="region" aria-label="\(label)" tabindex="0"><table><thead>\(head)</thead><tbody>
    \(body)</tbody></table></div>
    """
  }

  // MARK: Steps

  private var ablations: HTML {
    let body = report.ablations.map { ablation -> HTML in
      let paired = ablation.comparison.paired
      return """
        <tr><th scope="row">\(ablation.step.rawValue)</th><td>\(decimal(ablation.row.run.mean(.ndcg10), 4))</td><td>\(signed(paired.difference, 4))</td><td>\(RelevanceReport.text(paired))</td><td>\(decimal(paired.pValue, 3))</td><td>\(ablation.comparison.winners.count)</td><td>\(ablation.comparison.losers.count)</td><td>\(decimal(ablation.row.run.zeroResultRate * 100, 1)) %</td><td>\(decimal(ablation.row.p50Milliseconds, 2))</td><td>\(decimal(ablation.row.p99Milliseconds, 2))</td></tr>

        """
    }
    let chart = Chart.intervals(
      label: "What each step adds to nDCG at 10, with 95 % intervals",
      report.ablations.map { ablation in
        let paired = ablation.comparison.paired
        return Chart.Interval(
          name: ablation.step.rawValue, value: paired.difference, range: paired.interval,
          text: signed(paired.difference, 4))
      })
    let comparisons = report.ablations.filter { !$0.comparison.winners.isEmpty || !$0.comparison.losers.isEmpty }
      .map { comparison($0.comparison, title: "With and without \($0.step.rawValue)", isOpen: false) }
    return """
      <h2>What each step is worth</h2>
      \(chart)
      \(table(
        label: "The search without each step",
        head:
          "<tr><th scope=\"col\">Without</th><th scope=\"col\">nDCG@10</th><th scope=\"col\">step's worth</th><th scope=\"col\">95 % interval</th><th scope=\"col\">p</th><th scope=\"col\">better</th><th scope=\"col\">worse</th><th scope=\"col\">found nothing</th><th scope=\"col\">p50 ms</th><th scope=\"col\">p99 ms</th></tr>",
        body: body))
      <p>The worth is nDCG@10 of the search with all steps less that without the one. Intervals: paired bootstrap of \(PairedComparison.standardResamples) resamples. p: paired permutation test. Better and worse: queries that the step helps and harms.</p>
      \(comparisons)
      """
  }

  // MARK: Queries

  private func comparison(_ comparison: RelevanceReport.Comparison, title: String, isOpen: Bool) -> HTML {
    let paired = comparison.paired
    func list(_ heading: String, _ changes: [RelevanceReport.Comparison.Change]) -> HTML {
      guard !changes.isEmpty else { return "" }
      let shown = changes.prefix(Self.maxChanges).map { change($0, comparison) }
      return
        "<h3>\(heading): \(changes.count)\(changes.count > shown.count ? ", the first \(shown.count)" : "")</h3>\(shown)"
    }
    return """
      <details\(isOpen ? " open" : "")><summary>\(title): \(signed(paired.difference, 4)), 95 % interval \(RelevanceReport.text(paired)), p \(decimal(paired.pValue, 3))</summary>
      \(list("Queries that gain", comparison.winners))
      \(list("Queries that lose", comparison.losers))
      </details>

      """
  }

  private func change(
    _ change: RelevanceReport.Comparison.Change, _ comparison: RelevanceReport.Comparison
  ) -> HTML {
    """
    <section class="change"><h4>\(change.candidate.query.text) <span>\(decimal(change.baseline.value(.ndcg10), 3)) → \(decimal(change.candidate.value(.ndcg10), 3))</span></h4>
    <div class="sides">\(side(change.baseline, comparison.baseline))\(side(change.candidate, comparison.candidate))</div></section>

    """
  }

  private func side(_ answer: JudgedRun.Answer, _ name: String) -> HTML {
    let products = report.top(answer, Self.maxShown).map { product -> HTML in
      "<li><b>\(product.rating.map { "rated \(decimal($0, 0))" } ?? "not rated")</b> \(product.title) <small>\(product.code)</small></li>"
    }
    let shown: HTML = products.isEmpty ? "<p>nothing found</p>" : "<ol>\(products)</ol>"
    return "<div><p class=\"side\">\(name)</p>\(shown)</div>"
  }

  private var queries: HTML {
    let body = report.shopRow.run.answers.map { answer -> HTML in
      let cells = [RelevanceMetric.ndcg10, .reciprocalRank, .recall100, .judged10].map { metric -> HTML in
        "<td>\(decimal(answer.value(metric), 3))</td>"
      }
      return "<tr><th scope=\"row\">\(answer.query.text)</th>\(cells)</tr>\n"
    }
    return """
      <h2>Every query, by the shop's search</h2>
      \(table(
        label: "Every query",
        head:
          "<tr><th scope=\"col\">Query</th><th scope=\"col\">nDCG@10</th><th scope=\"col\">MRR</th><th scope=\"col\">recall@100</th><th scope=\"col\">judged@10</th></tr>",
        body: body))
      """
  }

  private static let style: HTML = """
    :root{--ink:#1d2733;--soft:#53606e;--line:#dfe4e9;--wash:#f5f7f9;--accent:#0b5cad}
    *{box-sizing:border-box}
    body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:#fff}
    main{max-width:1100px;margin:0 auto;padding:16px}
    h1{font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere}h2{font-size:1.2rem;margin:2rem 0 .6rem}h3{font-size:1rem;margin:1rem 0 .4rem}
    .scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px}
    .scroll:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
    table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
    th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
    th:first-child{text-align:left;font-weight:600}thead th{background:var(--wash);color:var(--soft);font-weight:600}
    svg{display:block;width:100%;max-width:560px;height:auto;margin:8px 0 16px}
    details{border:1px solid var(--line);border-radius:8px;padding:10px 14px;margin:12px 0}
    summary{cursor:pointer;font-weight:600;min-height:32px}
    .change{border-top:1px solid var(--line);padding:8px 0}
    .change h4{font-size:.95rem;margin:0 0 4px;overflow-wrap:anywhere}.change h4 span{color:var(--soft);font-weight:400}
    .sides{display:grid;gap:8px 24px;font-size:.9rem}.sides>div{min-width:0}.sides ol{margin:0;padding-left:1.6em}.sides li{overflow-wrap:anywhere}
    .sides p{margin:0}.side{color:var(--soft)}small{color:var(--soft)}
    @media(min-width:760px){.sides{grid-template-columns:1fr 1fr}}
    """
}
