function u = tt_units_of(s)
% TT_UNITS_OF  Units of a struct's numbers by the ends of their names: stress_GPa is in GPa, without such an end '1'.

% SPDX-License-Identifier: GPL-3.0-or-later
u = units(s, '');
if isempty(u)
    u = struct();
end
end

function u = units(s, inherited)
u = [];
names = fieldnames(s);
for i = 1:numel(names)
    v = s(1).(names{i});
    unit = unit_in(names{i});
    if strcmp(names{i}, 'offset_yield')
        unit = 'GPa';
    elseif isempty(unit) && any(strcmp(names{i}, {'value', 'u', 'interval95'}))
        unit = inherited;
    end
    if isstruct(v) && ~isempty(v)
        leaf = units(v, unit);
    elseif isnumeric(v) && ~isempty(v) && ~(isempty(unit) && isscalar(v) && isnan(v))
        leaf = unit;
        if isempty(leaf)
            leaf = '1';
        end
    else
        continue
    end
    if ~isempty(leaf)
        u.(names{i}) = leaf;
    end
end
end

function unit = unit_in(name)
words = strsplit(name, '_');
unit = '';
n = numel(words);
last = word(words{n});
if n < 2 || isempty(last)
    return
end
unit = last;
if n > 2 && strcmp(words{n - 1}, 'per')
    above = '1';
    if n > 3 && ~isempty(word(words{n - 2}))
        above = word(words{n - 2});
    end
    unit = [above '/' last];
end
end

function unit = word(w)
known = {'GPa', 'GPa'; 'MPa', 'MPa'; 'Pa', 'Pa'; 'px', 'px'; 'nm', 'nm'; 'um', 'um'; 's', 's'; 'deg', 'deg'; ...
         'uN', 'uN'; 'N', 'N'; 'm', 'm'; 'm2', 'm^2'; 'm3', 'm^3'; 'MJ', 'MJ'; 'grey', 'grey levels'; 'K', 'K'};
unit = '';
at = find(strcmp(w, known(:, 1)));
if ~isempty(at)
    unit = known{at, 2};
end
end
