import Catalog
import JSON
import Ports

/// Open conflicts of a draft as its row keeps them: a list of objects.
enum StoredConflicts {
  static func text(_ conflicts: [RuleConflict]) -> String {
    JSONValue.array(
      conflicts.map { conflict in
        [
          "kind": .string(conflict.kind.rawValue), "name": .string(conflict.name), "base": .string(conflict.base),
          "published": .string(conflict.published), "draft": .string(conflict.draft),
        ]
      }
    ).text
  }

  static func read(_ text: String) throws -> [RuleConflict] {
    (try JSONValue(parsing: Array(text.utf8)).array ?? []).compactMap { entry in
      guard let kind = entry["kind"]?.string.flatMap(RuleTexts.Kind.init), let name = entry["name"]?.string else {
        return nil
      }
      return RuleConflict(
        kind: kind, name: name, base: entry["base"]?.string ?? "", published: entry["published"]?.string ?? "",
        draft: entry["draft"]?.string ?? "")
    }
  }
}
