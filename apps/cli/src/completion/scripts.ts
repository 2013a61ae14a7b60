/** Shells that there is a script for. */
export type Shell = "bash" | "zsh" | "fish" | "powershell";

// Each script hands the words over as they are. None of them evaluates what stands on an unfinished line: pressing Tab
// behind `$(...)` must not run it.
const bash = String.raw`# tokenward completion for bash: eval "$(tokenward completion bash)"
_tokenward() {
  local line directive=4 current="\${COMP_WORDS[COMP_CWORD]}" word
  local -a words=()
  # Readline splits --option=value into three words.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == = ]] || words+=("$word")
  done
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) directive=\${line#:} ;;
      *) COMPREPLY+=("\${line%%$'\t'*}") ;;
    esac
  done < <(tokenward complete -- "\${words[@]}" "$current" 2>/dev/null)
  if [[ $directive == 0 ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
}
complete -F _tokenward tokenward
`;

const zsh = String.raw`#compdef tokenward
# tokenward completion for zsh: source <(tokenward completion zsh), after compinit; or as _tokenward in your fpath
_tokenward() {
  local line directive=4 word
  local -a found
  for line in "\${(@f)$(tokenward complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :*) directive=\${line#:} ;;
      *$'\t'?*) word=\${line%%$'\t'*}; found+=("\${word//:/\\:}:\${line#*$'\t'}") ;;
      ?*) word=\${line%%$'\t'*}; found+=("\${word//:/\\:}") ;;
    esac
  done
  if [[ $directive == 0 ]]; then
    _files
  else
    _describe 'tokenward' found
  fi
}
if [[ \${funcstack[1]} == _tokenward ]]; then
  _tokenward "$@"
else
  compdef _tokenward tokenward
fi
`;

const fish = String.raw`# tokenward completion for fish: tokenward completion fish > ~/.config/fish/completions/tokenward.fish
function __tokenward_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    for line in (tokenward complete -- $words[2..] "$current" 2>/dev/null)
        switch $line
            case ':0'
                __fish_complete_path "$current"
            case ':*'
            case '*'
                printf '%s\n' $line
        end
    end
end
complete --command tokenward --no-files --arguments '(__tokenward_complete)'
`;

const powershell = String.raw`# tokenward completion for PowerShell: tokenward completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName tokenward -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  # Older PowerShells drop an empty argument; two quotes arrive everywhere.
  $current = if ($wordToComplete -eq '') { '""' } else { $wordToComplete }
  tokenward complete -- @words $current 2>$null | Where-Object { $_ -notmatch '^:' } | ForEach-Object {
    $word, $description = $_ -split "\`t", 2
    if (-not $description) { $description = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $description)
  }
}
`;

/** The completion script of a shell. */
export function completionScript(shell: Shell): string {
  // In a raw template only the backslash before ${"`"} and $ stays; neither shell shall see it.
  return { bash, zsh, fish, powershell }[shell].replaceAll(/\\(?=[$`]\{|`)/g, "");
}
