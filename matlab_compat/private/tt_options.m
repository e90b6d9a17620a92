function o = tt_options(o, pairs)
% TT_OPTIONS  Options given as name, value pairs, put into a struct of defaults.
%
%   O = TT_OPTIONS(DEFAULTS, PAIRS) ends with an error for a name that is no
%   field of DEFAULTS.

% SPDX-License-Identifier: GPL-3.0-or-later
names = fieldnames(o);
if mod(numel(pairs), 2)
    tt_fail('options', 'options come in pairs, a name and a value; there are %d arguments', numel(pairs));
end
for i = 1:2:numel(pairs)
    if ~ischar(pairs{i})
        tt_fail('options', 'the name of an option is text, found a %s', class(pairs{i}));
    end
    at = find(strcmpi(pairs{i}, names));
    if isempty(at)
        tt_fail('options', 'unknown option ''%s''; known are: %s', pairs{i}, strjoin(names', ', '));
    end
    o.(names{at}) = pairs{i + 1};
end
end
