import Catalog
import JSON
public import Ports

extension SearchJSON {
  public static func bytes(of report: SearchReport) -> [UInt8] {
    var writer = JSONWriter(reservingBytes: 16_384)
    writer.object { writer in
      writer.member("days", report.days)
      if let time = report.countedAt { writer.member("counted_at", time.description) }
      writer.name("totals")
      writer.object { write(report.totals, &$0) }
      writer.name("before")
      writer.object { write(report.before, &$0) }
      writer.name("by_day")
      writer.array { writer in
        for day in report.byDay {
          writer.object { writer in
            writer.member("day", day.day.description)
            write(day.figures, &writer)
          }
        }
      }
      write("popular", report.popular, &writer)
      write("unanswered", report.unanswered, &writer)
      write("seldom_clicked", report.seldomClicked, &writer)
    }
    return writer.bytes
  }

  private static func write(_ name: StaticString, _ queries: [SearchReport.Query], _ writer: inout JSONWriter) {
    writer.name(name)
    writer.array { writer in
      for query in queries {
        writer.object { writer in
          writer.member("query", query.text)
          write(query.figures, &writer)
          if !query.thenFound.isEmpty { writer.member("then_found", query.thenFound) }
        }
      }
    }
  }

  private static func write(_ figures: SearchReport.Figures, _ writer: inout JSONWriter) {
    writer.member("searches", figures.searches)
    writer.member("found_nothing", figures.foundNothing)
    writer.member("relaxed", figures.relaxed)
    writer.member("corrected", figures.corrected)
    writer.member("clicked", figures.clicked)
    if let share = figures.clickThrough { writer.member("click_through", rounded(share)) }
    if let rank = figures.meanReciprocalRank { writer.member("mean_reciprocal_rank", rounded(rank)) }
  }

  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}
