/// The reference page of all settings, `docs/reference/settings.md`.
public enum SettingsReference {
  public static var markdown: String {
    var text = """
      # Settings
      Made by `make docs` from the settings' declarations in `Sources/Configuration/Settings.swift`; not edited by hand.

      A setting is read from its flag (any command takes it), else from the environment, else from the file that
      `\(ResolvedSettings.fileFlag) FILE` or `\(ResolvedSettings.fileVariable)` names, else its default is taken. The spellings follow from the
      key: `http.maxBodyBytes` is `--http-max-body-bytes` and `VITRINE_HTTP_MAX_BODY_BYTES`. A Boolean's flag needs no
      value, and its negation is `--no-…`. An empty variable counts as not set. Flags are seen by whoever lists the
      machine's processes, so secrets belong into the environment or the file.

      The file is lines of `key = value`; a line that begins with `#` is a comment; double quotes keep spaces at a value's
      ends. Unknown keys and wrong values are refused at the start. `vitrine config` prints what is in force and where it
      came from.

      """
    var group: String?
    for setting in ResolvedSettings.declarations {
      if setting.key.components[0] != group {
        group = setting.key.components[0]
        text += "\n| key | what | allowed | default |\n|---|---|---|---|\n"
      }
      let shownDefault = setting.defaultText.map { "`\($0)`" } ?? (setting.isSecret ? "- (secret)" : "-")
      text += "| `\(setting.key)` | \(setting.summary) | \(setting.allowed) | \(shownDefault) |\n"
    }
    return text
  }
}
