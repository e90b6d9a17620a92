function n = tt_read_ncorr(file, varargin)
%TT_READ_NCORR  Reads an analysis that Ncorr (or TT_WRITE_NCORR) saved.
%   N = TT_READ_NCORR(FILE) returns a struct:
%
%     N.reference_save, N.current_save, N.data_dic_save   as in the file
%     N.field(i)   the same as TT_READ_FIELD's, as far as the file has it:
%                  x_px, y_px (px from 0, y down), u_px, v_px (px), zncc, exx,
%                  eyy, exy (Green-Lagrange, 1), step_px; NaN outside
%     N.units, N.pixtounits   of the formatted plots
%
%   The points of a field are those of plot_u_dic; those with a correlation
%   coefficient of exactly 0 and no displacement count as outside.
%
%   Ncorr's files are of version 7.3 (HDF5). MATLAB reads them; Octave does not
%   (it sees no arrays of structs in them), so there the program temtensile
%   converts a copy. Ncorr's regions of interest are objects of its own class;
%   outside a MATLAB with Ncorr on the path they are empty.
%
%   Options, as name and value:
%     'program'  the program (default: the environment variable TEMTENSILE, or
%                temtensile on the PATH)
%
%   Units: px, 1; formatted plots in N.units.
%
%   Example
%     n = tt_read_ncorr('ncorr.mat');
%     imagesc(n.field(end).exx), colorbar
%
%   See also TT_WRITE_NCORR, TT_TO_NCORR, TT_NCORR_ROI.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('program', ''), varargin);
if ~exist(file, 'file')
    tt_fail('file', '''%s'': there is no such file', file);
end
n = load_any(file, o.program);
names = {'reference_save', 'current_save', 'data_dic_save'};
for i = 1:numel(names)
    if ~isfield(n, names{i})
        tt_fail('ncorr', '%s is no analysis saved by Ncorr: there is no %s in it', file, names{i});
    end
end
info = n.data_dic_save.dispinfo;
n.units = info.units;
n.pixtounits = double(info.pixtounits);
step = double(info.spacing) + 1;
d = n.data_dic_save.displacements;
s = n.data_dic_save.strains;
n.field = struct('x_px', {}, 'y_px', {}, 'u_px', {}, 'v_px', {}, 'zncc', {}, 'exx', {}, 'eyy', {}, 'exy', {}, 'step_px', {});
for i = 1:numel(d)
    f = struct();
    inside = mask_of(d(i));
    [f.x_px, f.y_px] = meshgrid((0:size(d(i).plot_u_dic, 2) - 1) * step, (0:size(d(i).plot_u_dic, 1) - 1) * step);
    f.u_px = without(d(i).plot_u_dic, inside);
    f.v_px = without(d(i).plot_v_dic, inside);
    f.zncc = without(1 - d(i).plot_corrcoef_dic / 2, inside);
    f.exx = NaN(size(f.x_px));
    f.eyy = f.exx;
    f.exy = f.exx;
    if numel(s) >= i
        known = inside & (s(i).plot_exx_ref_formatted ~= 0 | s(i).plot_eyy_ref_formatted ~= 0);
        f.exx = without(s(i).plot_exx_ref_formatted, known);
        f.eyy = without(s(i).plot_eyy_ref_formatted, known);
        f.exy = without(s(i).plot_exy_ref_formatted, known);
    end
    f.step_px = step;
    n.field(i) = f;
end
end

function n = load_any(file, program)
if ~exist('OCTAVE_VERSION', 'builtin') || ~is_hdf5(file)
    n = load(file, '-mat');
    return
end
plain = [tempname() '.mat'];
removing = onCleanup(@() delete(plain));
try
    tt_run(program, {'mat', file, '-o', plain});
catch problem
    tt_fail('ncorr', ['%s is of version 7.3 (HDF5), which Octave does not read; the program temtensile, which converts it, ' ...
            'said: %s. In MATLAB, save it again with -v7'], file, problem.message);
end
n = load(plain, '-mat');
end

function yes = is_hdf5(file)
fid = fopen(file, 'r');
head = fread(fid, [1 520], 'uint8');
fclose(fid);
mark = [137 72 68 70 13 10 26 10];
yes = (numel(head) >= 8 && isequal(head(1:8), mark)) || (numel(head) >= 520 && isequal(head(513:520), mark));
end

function inside = mask_of(d)
inside = d.plot_corrcoef_dic ~= 0 | d.plot_u_dic ~= 0 | d.plot_v_dic ~= 0;
if isstruct(d.roi_dic) && isfield(d.roi_dic, 'mask') && isequal(size(d.roi_dic.mask), size(inside))
    inside = logical(d.roi_dic.mask);
end
end

function v = without(v, inside)
v = double(v);
v(~inside) = NaN;
end
