function text = tt_run(program, words)
% TT_RUN  Runs temtensile with a cell of words; its output, or an error with the sentence that it said.
%
%   PROGRAM '' means the one named by the environment variable TEMTENSILE, or
%   temtensile on the path of programs.

% SPDX-License-Identifier: GPL-3.0-or-later
if isempty(program)
    program = getenv('TEMTENSILE');
end
if isempty(program)
    program = 'temtensile';
end
command = tt_quote(program);
for i = 1:numel(words)
    command = [command ' ' tt_quote(words{i})]; %#ok<AGROW>
end
if isunix && ~exist('OCTAVE_VERSION', 'builtin')
    command = ['unset LD_LIBRARY_PATH; ' command]; % MATLAB's own libraries are not the program's
end
[code, text] = system([command ' 2>&1']);
if code == 127 || code == 9009
    tt_fail('program', ['the program ''%s'' was not found: put temtensile on the PATH, or its full name into the ' ...
            'environment variable TEMTENSILE'], program);
elseif code ~= 0
    said = regexp(text, 'temtensile: (?!warning:)([^\n]*)', 'tokens');
    if isempty(said)
        said = {{strtrim(text)}};
    end
    tt_fail('program', 'temtensile %s (exit code %d): %s', words{1}, code, said{end}{1});
end
end
