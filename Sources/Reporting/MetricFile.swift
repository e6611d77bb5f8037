public import Ports
import Statistics

/// A figure's parts as a file that a spreadsheet reads; money in minor units, shares of 1.
public enum MetricFile {
  public static func text(_ metric: Metric, _ dimension: Metric.Dimension, _ parts: [MetricPart]) -> String {
    parts.reduce(into: DelimitedText.line([dimension.rawValue, "name", metric.code])) { text, part in
      text += DelimitedText.line([part.key, part.name, part.value.map(\.shortText) ?? ""])
    }
  }
}
