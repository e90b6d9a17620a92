function p = tt_probe(file, varargin)
%TT_PROBE  What a recording or a force log says of itself, by `temtensile probe`.
%   P = TT_PROBE(FILE) returns a struct: P.text, all lines that the program
%   prints, and, as far as the file says them, P.values, a struct of texts by
%   the names at the lines' beginnings (such as P.values.frames).
%   A burnt-in scale bar of known length gives the size of a pixel:
%   P = TT_PROBE(IMAGE, 'scale_bar', '500 nm').
%
%   Options, as name and value:
%     'scale_bar'  the length written at the scale bar, such as '500 nm'
%     'program'    the program (default: the environment variable TEMTENSILE,
%                  or temtensile on the PATH)
%
%   Units: as printed.
%
%   Example
%     p = tt_probe('film-5pa/test.mp4');
%     disp(p.text)
%
%   See also TT_FRAME, TT_ANALYZE.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('scale_bar', '', 'program', ''), varargin);
words = {'probe'};
if ~isempty(o.scale_bar)
    words = [words, {'--scale-bar', o.scale_bar}];
end
p.text = tt_run(o.program, [words, {file}]);
p.values = struct();
lines = regexp(p.text, '\n', 'split');
for i = 1:numel(lines)
    pair = regexp(lines{i}, '^\s+([A-Za-z][A-Za-z -]*?)(?:  +|: +)(\S.*)$', 'tokens', 'once');
    if numel(pair) == 2
        name = regexprep(strtrim(pair{1}), '[^A-Za-z0-9]+', '_');
        if ~isfield(p.values, name)
            p.values.(name) = strtrim(pair{2});
        end
    end
end
end
