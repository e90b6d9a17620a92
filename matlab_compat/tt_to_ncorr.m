function n = tt_to_ncorr(f, varargin)
%TT_TO_NCORR  Fields of the program in the form of an analysis that Ncorr saved.
%   N = TT_TO_NCORR(F) makes of F, fields of TT_READ_FIELD against one reference,
%   the three variables that Ncorr saves, for TT_WRITE_NCORR:
%
%     N.reference_save, N.current_save   type, gs, name, path, roi of the images
%     N.data_dic_save.displacements(i)   plot_u_dic, plot_v_dic (px),
%                                        plot_corrcoef_dic (0: perfect),
%                                        plot_u_ref_formatted, ... (in
%                                        dispinfo.units, at points of the
%                                        reference), plot_u_cur_formatted, ...
%                                        (at points of the current image)
%     N.data_dic_save.dispinfo           spacing = distance of points - 1 (px),
%                                        radius of a subset (px), pixtounits,
%                                        units, imgcorr and so on
%     N.data_dic_save.strains(i)         plot_exx_ref_formatted, _exy_, _eyy_:
%                                        Green-Lagrange, at points of the
%                                        reference; ..._cur_...: Euler-Almansi
%     N.data_dic_save.straininfo         radius (px), subsettrunc
%
%   Row i, column j of a plot is the pixel (j - 1) (spacing + 1) + 1,
%   (i - 1) (spacing + 1) + 1, counted from 1; y and v go down. Outside the
%   region of interest plots are 0. Points of F between Ncorr's are interpolated
%   linearly (dispinfo.resampled says so).
%
%   The regions (roi, roi_dic, roi_ref_formatted, roi_cur_formatted) are structs
%   with type, mask, region, boundary, data; Ncorr wants objects of its class
%   ncorr_class_roi there and does not reopen the file as it is. TT_NCORR_ROI
%   makes them, inside MATLAB with Ncorr on the path. Scripts that read plots and
%   masks work with the structs.
%
%   Options, as name and value:
%     'pixel_size_nm'  nm per px: formatted plots in nm (default: in px)
%     'images'         cell with the file names of the reference and of the
%                      current images (default: made of the recording's name)
%     'current'        false: no plots at points of the current image, which
%                      need an interpolation of scattered points (default true)
%
%   Units: px and those of dispinfo.units; strains 1.
%
%   Example
%     tt_write_ncorr('ncorr.mat', tt_to_ncorr(tt_read_field('fields')))
%
%   See also TT_WRITE_NCORR, TT_READ_NCORR, TT_NCORR_ROI.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('pixel_size_nm', NaN, 'images', {{}}, 'current', true), varargin);
info = f(1).info;
if ~isfield(info, 'image_size_px') || ~isfield(info, 'subset_px')
    tt_fail('ncorr', '%s: its parameters (the .json beside it) are needed and missing', f(1).file);
end
step = f(1).step_px;
size_px = fliplr(info.image_size_px); % rows, columns
plot_size = ceil(size_px / step);
[xg, yg] = meshgrid((0:plot_size(2) - 1) * step, (0:plot_size(1) - 1) * step);
scale = 1;
units = 'pixels';
if ~isnan(o.pixel_size_nm)
    scale = o.pixel_size_nm;
    units = 'nm';
end
count = numel(f);
resampled = false;
for i = 1:count
    [g, moved] = on_grid(f(i), xg, yg);
    resampled = resampled || moved;
    inside = ~isnan(g.u_px) & ~isnan(g.v_px);
    roi = region(inside);
    d.plot_u_dic = zeroed(g.u_px, inside);
    d.plot_v_dic = zeroed(g.v_px, inside);
    d.plot_corrcoef_dic = zeroed(2 * (1 - g.zncc), inside);
    d.roi_dic = roi;
    d.plot_u_ref_formatted = scale * d.plot_u_dic;
    d.plot_v_ref_formatted = scale * d.plot_v_dic;
    d.roi_ref_formatted = roi;
    [cur, cur_inside] = at_current(g, xg, yg, inside, o.current);
    d.plot_u_cur_formatted = scale * cur.u_px;
    d.plot_v_cur_formatted = scale * cur.v_px;
    d.roi_cur_formatted = region(cur_inside);
    [s, known] = strains_of(g, inside);
    s.roi_ref_formatted = region(known);
    s.plot_exx_cur_formatted = cur.axx;
    s.plot_exy_cur_formatted = cur.axy;
    s.plot_eyy_cur_formatted = cur.ayy;
    s.roi_cur_formatted = region(cur_inside);
    displacements(i) = d; %#ok<AGROW>
    strains(i) = s; %#ok<AGROW>
end
n.data_dic_save.displacements = displacements;
n.data_dic_save.dispinfo = struct( ...
    'type', 'regular', 'radius', (info.subset_px - 1) / 2, 'spacing', step - 1, ...
    'cutoff_diffnorm', info.max_increment_px, 'cutoff_iteration', info.max_iterations, 'total_threads', 1, ...
    'stepanalysis', struct('enabled', false, 'type', 'seed', 'auto', false, 'step', count), ...
    'subsettrunc', false, 'imgcorr', struct('idx_ref', 0, 'idx_cur', count), 'pixtounits', scale, 'units', units, ...
    'cutoff_corrcoef', 2 * (1 - info.min_zncc) * ones(1, count), 'lenscoef', 0, 'resampled', resampled);
n.data_dic_save.strains = strains;
n.data_dic_save.straininfo = struct('radius', info.strain_window_px / 2, 'subsettrunc', false);
whole = false(size_px);
rows = min(size_px(1), max(1, round(f(1).y_px(:, 1)) + 1));
columns = min(size_px(2), max(1, round(f(1).x_px(1, :)) + 1));
whole(min(rows):max(rows), min(columns):max(columns)) = true;
n.reference_save = image_of(o.images, 1, info.reference, 0, region(whole));
for i = 1:count
    n.current_save(i) = image_of(o.images, i + 1, info.deformed, f(i).frame, region(false(0)));
end
end

% The field at Ncorr's points. moved: they are not points of the field.
function [g, moved] = on_grid(f, xg, yg)
names = {'u_px', 'v_px', 'ux', 'uy', 'vx', 'vy', 'zncc'};
step = f.step_px;
moved = mod(f.x_px(1), step) ~= 0 || mod(f.y_px(1), step) ~= 0;
for i = 1:numel(names)
    if moved
        g.(names{i}) = interp2(f.x_px, f.y_px, f.(names{i}), xg, yg, 'linear', NaN);
    else
        g.(names{i}) = NaN(size(xg));
        rows = f.y_px(:, 1) / step + 1;
        columns = f.x_px(1, :) / step + 1;
        g.(names{i})(rows, columns) = f.(names{i});
    end
end
end

function v = zeroed(v, inside)
v(~inside | isnan(v)) = 0;
end

function [s, known] = strains_of(g, inside)
known = inside & ~isnan(g.ux) & ~isnan(g.vy);
s.plot_exx_ref_formatted = zeroed(g.ux + (g.ux.^2 + g.vx.^2) / 2, known);
s.plot_exy_ref_formatted = zeroed((g.uy + g.vx + g.ux .* g.uy + g.vx .* g.vy) / 2, known);
s.plot_eyy_ref_formatted = zeroed(g.vy + (g.uy.^2 + g.vy.^2) / 2, known);
end

% Almansi's strain, (I - inv(F) transposed inv(F)) / 2.
function [axx, axy, ayy] = almansi(g)
det = (1 + g.ux) .* (1 + g.vy) - g.uy .* g.vx;
a = (1 + g.vy) ./ det;
b = -g.uy ./ det;
c = -g.vx ./ det;
d = (1 + g.ux) ./ det;
axx = (1 - a.^2 - c.^2) / 2;
axy = -(a .* b + c .* d) / 2;
ayy = (1 - b.^2 - d.^2) / 2;
end

function [cur, inside] = at_current(g, xg, yg, known, wanted)
[g.axx, g.axy, g.ayy] = almansi(g);
names = {'u_px', 'v_px', 'axx', 'axy', 'ayy'};
known = known & ~isnan(g.axx);
inside = false(size(xg));
if wanted && sum(known(:)) > 3
    x = xg(known) + g.u_px(known);
    y = yg(known) + g.v_px(known);
    for i = 1:numel(names)
        cur.(names{i}) = griddata(x, y, g.(names{i})(known), xg, yg, 'linear');
    end
    inside = ~isnan(cur.u_px);
end
for i = 1:numel(names)
    if ~any(inside(:))
        cur.(names{i}) = zeros(size(xg));
    end
    cur.(names{i}) = zeroed(cur.(names{i}), inside);
end
end

function r = region(mask)
r = struct('type', 'load', 'mask', mask, 'region', [], 'boundary', [], 'data', struct('mask', mask, 'cutoff', 0));
end

function s = image_of(images, i, name, frame, roi)
if numel(images) >= i
    [path, base, ending] = fileparts(images{i});
    name = [base ending];
else
    path = '';
    if ~isnan(frame)
        name = sprintf('frame_%05d.pgm', frame);
    end
end
s = struct('type', 'file', 'gs', [], 'name', name, 'path', path, 'roi', roi);
end
