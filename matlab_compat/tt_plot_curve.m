function h = tt_plot_curve(r, varargin)
%TT_PLOT_CURVE  Stress against strain with its band of uncertainty.
%   TT_PLOT_CURVE(R) plots engineering stress (GPa) against engineering strain
%   (%) of R, a result of TT_LOAD or the path of one, in the present axes, over
%   the frames that have both and repeat none. The band is +- 1.96 standard
%   uncertainties of strain and stress together, about 95 %.
%   H = TT_PLOT_CURVE(...) returns the handles H.line, H.band, H.fracture
%   ([] where there is none) and H.axes.
%
%   Options, as name and value:
%     'true'      true: true stress against true strain, up to necking (no band)
%     'band'      false: no band (default true)
%     'color'     of the line, [r g b] from 0 to 1 (default [0 0.447 0.698])
%     'name'      text for the legend (default: the test's name)
%     'axes'      where to plot (default: the present axes)
%     'coverage'  multiple of the standard uncertainty (default 1.96)
%
%   Units: strain in %, stress in GPa.
%
%   Example
%     tt_plot_curve('results/film-5pa', 'color', [0.8 0.3 0])
%
%   See also TT_COMPARE, TT_SHOW_FRAME.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('true', false, 'band', true, 'color', [0 0.447 0.698], 'name', '', 'axes', [], ...
                      'coverage', 1.96), varargin);
if ischar(r)
    r = tt_load(r);
end
if isempty(o.axes)
    o.axes = gca();
end
if isempty(o.name)
    o.name = r.summary.test.name;
end
c = r.curve;
strain = 100 * c.strain;
stress = c.stress_GPa;
if o.true
    strain = 100 * c.true_strain;
    stress = c.true_stress_GPa;
end
repeated = ~cellfun('isempty', strfind(c.flag, 'duplicate'));
good = ~isnan(strain) & ~isnan(stress) & ~repeated;
if ~any(good)
    tt_fail('plot', '''%s'': no frame has both strain and stress', o.name);
end
held = ishold(o.axes);
h = struct('axes', o.axes, 'line', [], 'band', [], 'fracture', []);
if o.band && ~o.true
    h.band = draw_band(o, strain(good), stress(good), 100 * c.u_strain(good), c.u_stress_GPa(good));
    hold(o.axes, 'on');
end
h.line = plot(o.axes, strain(good), stress(good), '-', 'Color', o.color, 'LineWidth', 1.2, 'DisplayName', o.name);
if ~o.true && ~isnan(r.summary.fracture.frame)
    hold(o.axes, 'on');
    last = find(good, 1, 'last');
    h.fracture = plot(o.axes, strain(last), stress(last), 'x', 'Color', o.color, 'MarkerSize', 9, 'LineWidth', 1.5, ...
                      'HandleVisibility', 'off');
end
if ~held
    hold(o.axes, 'off');
end
label(o);
end

% The corners of the band: down and to the right, up and to the left of the curve.
function band = draw_band(o, strain, stress, u_strain, u_stress)
k = o.coverage;
known = ~isnan(u_strain) & ~isnan(u_stress);
x = [strain(known) + k * u_strain(known); flipud(strain(known) - k * u_strain(known))];
y = [stress(known) - k * u_stress(known); flipud(stress(known) + k * u_stress(known))];
band = patch('XData', x, 'YData', y, 'FaceColor', 0.7 + 0.3 * o.color, 'EdgeColor', 'none', 'Parent', o.axes, ...
             'HandleVisibility', 'off');
end

function label(o)
kind = 'Engineering';
if o.true
    kind = 'True';
end
xlabel(o.axes, [kind ' strain (%)']);
ylabel(o.axes, [kind ' stress (GPa)']);
box(o.axes, 'on');
end
