function [t, h] = tt_compare(results, varargin)
%TT_COMPARE  Several tests: their curves in one figure, their properties in one table.
%   T = TT_COMPARE(RESULTS) plots the curves of RESULTS, a cell of results of
%   TT_LOAD or of their paths, in the present axes and returns their properties:
%
%     T.name       cell of the tests' names
%     T.key        cell of the properties, as in summary.json, with their units
%     T.unit       cell of units
%     T.value, T.u tests x properties; NaN where a test has none
%
%   [T, H] = ... also returns the handles of TT_PLOT_CURVE, a cell. Without an
%   output the table is printed.
%
%   Options, as name and value:
%     'names'  cell of names for the legend (default: the tests' own)
%     'plot'   false: the table only (default true)
%     'band'   true: with bands of uncertainty (default false)
%     'axes'   where to plot (default: the present axes)
%
%   Units: strain in %, stress in GPa; those of the table are in T.unit.
%
%   Example
%     tt_compare({'results/a', 'results/b'}, 'names', {'2 mPa', '10 Pa'})
%
%   See also TT_PLOT_CURVE, TT_LOAD.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('names', {{}}, 'plot', true, 'band', false, 'axes', []), varargin);
if ~iscell(results) || isempty(results)
    tt_fail('compare', 'TT_COMPARE needs a cell of results or of their paths');
end
n = numel(results);
for i = 1:n
    if ischar(results{i})
        results{i} = tt_load(results{i});
    end
    if numel(o.names) < i
        o.names{i} = results{i}.summary.test.name;
    end
end
t = table_of(results, o.names);
h = {};
if o.plot
    h = draw(results, o);
end
if nargout == 0
    print_table(t);
    clear t
end
end

function t = table_of(results, names)
key = fieldnames(results{1}.summary.properties);
scalar = cellfun(@(k) isfield(results{1}.summary.properties.(k), 'u'), key) & ~strcmp(key, 'offset_yield');
key = key(scalar)';
t = struct('name', {names(:)'}, 'key', {key}, 'unit', {cell(size(key))});
t.value = NaN(numel(results), numel(key));
t.u = t.value;
for j = 1:numel(key)
    t.unit{j} = '1';
    for i = 1:numel(results)
        p = results{i}.summary.properties.(key{j});
        t.value(i, j) = p.value;
        t.u(i, j) = p.u;
        units = results{i}.units.summary.properties;
        if isfield(units, key{j})
            t.unit{j} = units.(key{j}).value;
        end
    end
end
end

function h = draw(results, o)
colors = [0 0.447 0.698; 0.835 0.369 0; 0 0.620 0.451; 0.902 0.624 0; 0.337 0.706 0.914; 0.8 0.475 0.655; 0 0 0];
if isempty(o.axes)
    o.axes = gca();
end
h = cell(1, numel(results));
for i = 1:numel(results)
    h{i} = tt_plot_curve(results{i}, 'axes', o.axes, 'name', o.names{i}, 'band', o.band, ...
                         'color', colors(mod(i - 1, size(colors, 1)) + 1, :));
    lines(i) = h{i}.line; %#ok<AGROW>
    hold(o.axes, 'on');
end
hold(o.axes, 'off');
legend(lines, o.names, 'Location', 'southeast');
end

function print_table(t)
width = max(cellfun(@numel, t.key)) + 2;
fprintf('%*s', width, '');
fprintf('  %22s', t.name{:});
fprintf('\n');
for j = 1:numel(t.key)
    fprintf('%-*s', width, t.key{j});
    for i = 1:numel(t.name)
        if isnan(t.value(i, j))
            fprintf('  %22s', '-');
        else
            fprintf('  %22s', sprintf('%.4g +- %.2g', t.value(i, j), t.u(i, j)));
        end
    end
    fprintf('\n');
end
end
